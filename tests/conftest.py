"""Fixtures that several packages' tests need."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.runtime.quiet import quiet_tensorflow

# Before any test imports TensorFlow: the tests run what the product runs.
quiet_tensorflow()

ROOT = Path(__file__).resolve().parent.parent
TINY_CONFIG = ROOT / "examples" / "tiny.toml"


@pytest.fixture(scope="session")
def tiny_artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``<artifacts>/tiny/1`` for every engine: trained by the command line, once. Do not write to it."""
    artifacts = tmp_path_factory.mktemp("artifacts")
    command = [
        sys.executable,
        "-m",
        "training",
        "train",
        str(TINY_CONFIG),
        "--set",
        f"output.artifacts='{artifacts}'",
        "--set",
        "output.onnx=int8",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.strip())
    assert path == artifacts / "tiny" / "1"
    return path


@pytest.fixture
def own_artifact(tiny_artifact: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may damage."""
    return Path(shutil.copytree(tiny_artifact, tmp_path / "artifacts" / "tiny" / "1"))

"""A small config, and the command line in this process or in one of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

CONFIG = """
name = "small"
seed = 3
data.train = "rows.csv"
data.dev = 0.25
data.test = 0.25
text.min_count = 1
text.max_length = 12
model = { cell = "gru", embedding_size = 6, units = 5, bidirectional = false, pooling = "mean" }
training = { epochs = 3, batch_size = 8, learning_rate = 2e-2 }
"""

WORDS = {"good, really": "yes", "bad indeed": "no"}


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str


RunCli = Callable[..., Result]


@pytest.fixture(scope="session")
def write_config() -> Callable[[Path], Path]:
    """Writes a config of two labels that a network of a few numbers can learn; artifacts go beside it."""

    def write(folder: Path) -> Path:
        rows = [f'"row {i} was {word}",{label}' for word, label in WORDS.items() for i in range(40)]
        (folder / "rows.csv").write_text("\n".join(["text,label", *rows]) + "\n")
        path = folder / "small.toml"
        path.write_text(CONFIG + f"output.artifacts = '{folder / 'artifacts'}'\n")
        return path

    return write


@pytest.fixture
def config_file(write_config: Callable[[Path], Path], tmp_path: Path) -> Path:
    """``small.toml`` and its data in ``tmp_path``."""
    return write_config(tmp_path)


@pytest.fixture
def engram(capsys: pytest.CaptureFixture[str]) -> Iterator[RunCli]:
    """Runs a verb in this process."""
    from training.cli.main import main

    def run(*arguments: Any) -> Result:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Result(code, printed.out, printed.err)

    yield run
    if "tensorflow" in sys.modules:
        # Training has asked for deterministic kernels, which later tests may not be able to use.
        from tensorflow.python.framework.config import disable_op_determinism

        disable_op_determinism()


@pytest.fixture(scope="module")
def leave_no_determinism() -> Iterator[None]:
    """For tests that train in this process: what a run switches on does not slow those of other files."""
    yield
    from tensorflow.python.framework.config import disable_op_determinism

    disable_op_determinism()


@pytest.fixture(scope="session")
def engram_process() -> Callable[..., subprocess.Popen[str]]:
    """Starts a verb in a process of its own, standard streams as pipes."""

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "training", *map(str, arguments)]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, **({"cwd": ROOT, "text": True} | pipes | options))

    return start

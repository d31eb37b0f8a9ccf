"""Fixtures that several packages' tests need."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from models.runtime.quiet import quiet_tensorflow
from models.runtime.telemetry import disable_telemetry

# Before any test imports TensorFlow or ONNX Runtime: the tests run what the product runs.
quiet_tensorflow()
disable_telemetry()

ROOT = Path(__file__).resolve().parent.parent
TINY_CONFIG = ROOT / "examples" / "tiny.toml"
TRIP_CITIES = ["Rome", "Oslo", "New York", "Lima", "Bonn", "巴黎", "东京"]
TRIPS_CONFIG = """
name = "trips"
task = "{task}"
data = {{ train = "rows.jsonl", dev = 0.25, test = 0.25 }}
text = {{ min_count = 1, max_length = 12 }}
model = {{ embedding_size = 8, units = 8, characters = "cnn", character_size = 4, character_units = 6, \
character_length = 5, capitalisation = true, dropout = 0.0, embedding_dropout = 0.0 }}
training = {{ epochs = 25, batch_size = 8, learning_rate = 3e-2, word_dropout = 0.1, patience = 25 }}
"""


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


def trip_rows() -> list[dict[str, object]]:
    """Going to a city or leaving it, on a day; two intents."""
    found: list[dict[str, object]] = []
    for city in TRIP_CITIES:
        for day in ("Monday", "Friday", "noon"):
            names = city.split() if city.isascii() else list(city)
            for verb, slot, intent in (("arrive", "dest", "come"), ("leave", "departure", "go")):
                tags = [f"B-{slot}", *[f"I-{slot}"] * (len(names) - 1)]
                tokens = [verb, *names, "on", day, "🙂"]
                found.append({"tokens": tokens, "tags": ["O", *tags, "O", "B-time", "O"], "intent": intent})
    return found


@pytest.fixture(scope="session")
def write_trips() -> Callable[..., Path]:
    """Writes the config and its data into a folder."""

    def write(folder: Path, task: str = "joint") -> Path:
        lines = [json.dumps(row, ensure_ascii=False) for row in trip_rows()]
        (folder / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        path = folder / "trips.toml"
        path.write_text(TRIPS_CONFIG.format(task=task) + f"output.artifacts = '{folder / 'artifacts'}'\n")
        return path

    return write


@pytest.fixture(scope="session")
def trips(write_trips: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``<artifacts>/trips/1``. Do not write to it."""
    folder = tmp_path_factory.mktemp("trips")
    command = [sys.executable, "-m", "training", "train", str(write_trips(folder))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "F1 of entities" in done.stderr
    return Path(done.stdout.strip())

"""The same config, data and seed give the same model: two processes, two folders, two orders of sets."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.runtime.artifact import open_artifact
from models.runtime.manifest import Manifest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
name = "again"
seed = 3
data = { train = "rows.jsonl", dev = 0.2, test = 0.2 }
text = { min_count = 1, max_length = 30 }
model = { cell = "gru", embedding_size = 8, units = 6, wide = true, dropout = 0.2, embedding_dropout = 0.2 }
training = { epochs = 3, batch_size = 32, word_dropout = 0.1, average = 0.9, warmup = 0.1 }
"""
TAGS = """
name = "again"
seed = 3
task = "joint"
data = { train = "tags.jsonl", dev = 0.2, test = 0.2 }
text = { min_count = 1 }
model = { cell = "lstm", embedding_size = 8, units = 6, pooling = "mean", characters = "cnn", dropout = 0.2 }
training = { epochs = 2, batch_size = 32 }
"""
WORD2VEC = ("model.vectors=word2vec", "data.unlabelled=more.txt", "text.unlabelled_min_count=2")
STARTS: dict[str, Sequence[str]] = {
    "random": (),
    "unlabelled texts": WORD2VEC,
    "file": ("model.vectors=words.vec",),
    "previous": ("--from", "before", "training.learning_rate=1e-4"),
    "teacher": ("training.teacher=before", "model.units=4"),
    "tags": ("model.vectors=word2vec", "data.unlabelled=more.txt"),
}
# How long something took.
TIMES = {"seconds", "tokens_per_second"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rows, tagged rows, texts without labels, word vectors and configs."""
    folder, draw = tmp_path_factory.mktemp("again"), random.Random(5)
    words = [f"word{number}" for number in range(60)]

    def text(label: int) -> list[str]:
        return [words[min(int(draw.expovariate(0.08)) + 3 * label, 59)] for _ in range(15)]

    labels = [draw.randrange(2) for _ in range(400)]
    write_lines(
        folder / "rows.jsonl", [{"text": " ".join(text(i)), "label": ["no", "yes"][i]} for i in labels]
    )
    tagged = []
    for label in labels[:200]:
        tokens = text(label)
        tags = ["B-low" if token < "word2" else "O" for token in tokens]
        tagged.append({"tokens": tokens, "tags": tags, "intent": ["no", "yes"][label]})
    write_lines(folder / "tags.jsonl", tagged)
    # Enough for several jobs of word2vec, which several workers would take as they come.
    (folder / "more.txt").write_text("\n".join(" ".join(text(number % 2)) for number in range(3000)))
    numbers = np.random.default_rng(1).normal(size=(60, 8))
    rows = [f"{word} {' '.join(f'{x:.4f}' for x in row)}" for word, row in zip(words, numbers, strict=True)]
    (folder / "words.vec").write_text("\n".join([f"{len(rows)} 8", *rows]) + "\n")
    (folder / "again.toml").write_text(CONFIG)
    (folder / "tags.toml").write_text(TAGS)
    return folder


def write_lines(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def start(
    folder: Path, *arguments: str, hash_seed: int = 0, config: str = "again.toml"
) -> subprocess.Popen[str]:
    """A run of ``engram train``; what is no option is a config value."""
    options = [f"--set={each}" if "=" in each else each for each in arguments]
    environment = os.environ | {
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONPATH": str(ROOT),
        "ENGRAM_ARTIFACTS": str(folder / "artifacts"),
    }
    command = [
        sys.executable,
        "-m",
        "training",
        "train",
        config,
        f"--set=output.artifacts='{folder}/artifacts'",
    ]
    return subprocess.Popen(
        [*command, *options],
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def model_of(process: subprocess.Popen[str], folder: Path) -> Path:
    """Where a run that ended well has saved."""
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return folder / out.strip()


def told(value: Any) -> Any:
    """What a manifest says, but for times."""
    if isinstance(value, dict):
        return {key: told(each) for key, each in value.items() if key not in TIMES}
    return [told(each) for each in value] if isinstance(value, list) else value


def assert_same(one: Path, other: Path) -> None:
    first, second = (open_artifact(path).manifest for path in (one, other))
    assert told(first.training) == told(second.training)
    apart = {"version", "created", "config", "training", "files", "checksum"}
    for name in Manifest.model_fields.keys() - apart:
        assert told(first.model_dump()[name]) == told(second.model_dump()[name]), name
    # Weights to the last bit; other files hold dates.
    assert first.files["model.onnx"] == second.files["model.onnx"]
    assert first.files["vocabulary.json"] == second.files["vocabulary.json"]


@pytest.fixture(scope="module")
def before(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts folder of a model to go on from and to learn from."""
    folder = copied(data, tmp_path_factory.mktemp("before"))
    model_of(start(folder, "name=before"), folder)
    return folder / "artifacts"


def copied(data: Path, folder: Path) -> Path:
    shutil.copytree(data, folder, dirs_exist_ok=True)
    return folder


def twice(data: Path, folder: Path, begin: Callable[[Path, int], Path]) -> list[Path]:
    """What ``begin`` saves in two folders, with two hash seeds, at the same time."""
    folders = [copied(data, folder / name) for name in ("one", "two")]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(begin, folders, (1, 2)))


@pytest.mark.slow
@pytest.mark.parametrize("kind", STARTS)
def test_two_processes_train_the_same_model(
    kind: str, data: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    needs = request.getfixturevalue("before") if kind in {"previous", "teacher"} else None

    def train(folder: Path, hash_seed: int) -> Path:
        if needs is not None:
            shutil.copytree(needs, folder / "artifacts")
        config = "tags.toml" if kind == "tags" else "again.toml"
        return model_of(start(folder, *STARTS[kind], hash_seed=hash_seed, config=config), folder)

    assert_same(*twice(data, tmp_path, train))


@pytest.mark.slow
def test_a_run_killed_and_resumed_ends_like_one_that_was_not(data: Path, tmp_path: Path) -> None:
    """With fitted vectors, which the run goes on from as they were kept, and which a third fits anew."""

    def train(folder: Path, hash_seed: int) -> Path:
        if hash_seed == 1:
            killed = start(folder, *WORD2VEC, hash_seed=3)
            assert killed.stderr is not None
            assert any(line.startswith("epoch 1:") for line in killed.stderr)
            killed.kill()
            killed.communicate()
            return model_of(start(folder, *WORD2VEC, "--resume", hash_seed=hash_seed), folder)
        return model_of(start(folder, *WORD2VEC, hash_seed=hash_seed), folder)

    assert_same(*twice(data, tmp_path, train))

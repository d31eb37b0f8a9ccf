"""A row keeps its role from a model to those that come from it: what was learned never judges."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.runtime.artifact import open_artifact
from models.runtime.manifest import Manifest
from training.data.roles import ROWS, read_roles

RunCli = Callable[..., Any]
ROWS_OF_EACH = 5
pytestmark = pytest.mark.usefixtures("leave_no_determinism")

CONFIG = """
name = "noise"
data = {{ train = "{file}", dev = 0.2, test = 0.4 }}
text = {{ min_count = 1, max_length = 6 }}
model = {{ cell = "gru", embedding_size = 16, units = 8, bidirectional = false, pooling = "mean" }}
training = {{ epochs = 1, batch_size = 8, learning_rate = 5e-2 }}
output = {{ onnx = false, artifacts = "{folder}/artifacts" }}
"""


def write_noise(folder: Path, task: str) -> Path:
    """Texts of a word of their own with labels by chance; only who has learned a text can know its label."""
    draw, lines = random.Random(0), []
    for number in range(120):
        label = draw.randrange(2)
        row: dict[str, Any] = {"text": f"word{number}", "label": ["no", "yes"][label]}
        if task == "tagging":
            row = {"tokens": [f"word{number}", "end"], "tags": [["O", "B-thing"][label], "O"]}
        lines += [json.dumps(row)] * ROWS_OF_EACH
    (folder / "rows.jsonl").write_text("\n".join(lines))
    path = folder / "noise.toml"
    path.write_text(f'task = "{task}"\n' + CONFIG.format(file="rows.jsonl", folder=folder))
    return path


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    return write_noise(tmp_path, "classification")


def saved(result: Any) -> Path:
    assert result.code == 0, result.err
    return Path(result.out.strip())


def manifest_of(path: Path) -> Manifest:
    return open_artifact(path).manifest


def assert_nothing_learned_has_judged(path: Path) -> None:
    roles = read_roles(path)
    assert roles is not None
    assert not set(roles.train.tolist()) & {*roles.dev.tolist(), *roles.test.tolist()}


@pytest.mark.parametrize(("task", "metric"), [("classification", "accuracy"), ("tagging", "f1")])
def test_noise_stays_noise_when_another_seed_goes_on(
    task: str, metric: str, engram: RunCli, tmp_path: Path
) -> None:
    config = write_noise(tmp_path, task)
    first = saved(engram("train", config))
    known = engram("evaluate", first, tmp_path / "rows.jsonl", "--json")
    figures = json.loads(known.out)
    learned = manifest_of(first).data.rows["train"]
    assert figures["learned"] == learned
    assert f"noise has learned {learned} of these 600 rows" in known.err
    on = ("--from", first, "--set", "training.learning_rate=1e-6")
    result = engram("train", config, *on, "--set", "seed=2")
    second = saved(result)
    after = manifest_of(second)
    assert after.test is not None
    assert after.test.metrics[metric].value < 0.68
    kept = after.training["rows"]["kept"]
    assert f"note: {kept} rows of the training file stay in the part" in result.err
    assert kept > 100
    assert after.data.rows == manifest_of(first).data.rows
    assert f"Rows keep the part they had for noise/1: {kept} of" in (second / "report/index.html").read_text()
    assert_nothing_learned_has_judged(second)


def test_new_rows_are_drawn_and_old_ones_keep_their_part(engram: RunCli, noise: Path) -> None:
    first = saved(engram("train", noise))
    data = noise.parent / "rows.jsonl"
    more = [json.dumps({"text": f"new{number}", "label": ["no", "yes"][number % 2]}) for number in range(100)]
    data.write_text("\n".join([*data.read_text().splitlines(), *more]))
    second = saved(engram("train", noise, "--from", first, "--set", "seed=5"))
    was = manifest_of(first).data.rows
    expected = {"train": was["train"] + 40, "dev": was["dev"] + 20, "test": was["test"] + 40}
    assert manifest_of(second).data.rows == expected
    before, after = read_roles(first), read_roles(second)
    assert before is not None
    assert after is not None
    assert set(before.train.tolist()) < set(after.train.tolist())
    assert set(before.test.tolist()) < set(after.test.tolist())
    # And a third knows what the first has learned, though the second did not read it.
    data.write_text("\n".join(more))
    third = saved(engram("train", noise, "--from", second, "--set", "seed=6"))
    roles = read_roles(third)
    assert roles is not None
    assert set(before.train.tolist()) < set(roles.train.tolist())
    assert_nothing_learned_has_judged(third)


def test_learned_rows_of_a_test_file_are_left_out(engram: RunCli, noise: Path) -> None:
    first = saved(engram("train", noise))
    rows = (noise.parent / "rows.jsonl").read_text().splitlines()
    (noise.parent / "new.jsonl").write_text("\n".join(row.replace("word", "other") for row in rows))
    (noise.parent / "test.jsonl").write_text("\n".join(rows))
    files = ("--set", "data.train=new.jsonl", "--set", "data.test=test.jsonl")
    result = engram("train", noise, "--from", first, *files)
    after = manifest_of(saved(result))
    assert after.test is not None
    learned = manifest_of(first).data.rows["train"]
    assert after.test.n == 600 - learned
    assert after.training["rows"]["left_out"] == {"test": learned}
    assert f"test: {learned} rows left out, which have been learned by noise/1" in result.err

    (noise.parent / "dev.jsonl").write_text("\n".join(row.replace("word", "third") for row in rows[:50]))
    third = saved(engram("train", noise, "--set", "data.test=none", "--set", "data.dev=dev.jsonl"))
    refused = engram("train", noise, "--from", third, *files)
    assert refused.code == 2
    assert "test.jsonl: every row has been learned by noise/3, so none is left as test" in refused.err


def test_rows_that_have_judged_are_not_learned(engram: RunCli, noise: Path) -> None:
    first = saved(engram("train", noise))
    rows = (noise.parent / "rows.jsonl").read_text().splitlines()
    for name in ("dev", "test"):
        (noise.parent / f"{name}.jsonl").write_text("\n".join(r.replace("word", name) for r in rows[:100]))
    files = ("--set", "data.dev=dev.jsonl", "--set", "data.test=test.jsonl")
    result = engram("train", noise, "--from", first, *files)
    learned = manifest_of(first).data.rows["train"]
    assert manifest_of(saved(result)).data.rows == {"train": learned, "dev": 100, "test": 100}
    assert f"train: {600 - learned} rows left out, which have judged noise/1" in result.err


def test_where_all_rows_are_learned_nothing_judges(engram: RunCli, noise: Path) -> None:
    first = saved(engram("train", noise, "--set", "data.test=none"))
    refused = engram("train", noise, "--from", first)
    assert refused.code == 2
    assert "data.test = 0.4 gives no row" in refused.err
    assert "keep the part they had for noise/1" in refused.err


def as_before(artifact: Path) -> None:
    """As a version saved it that kept no rows."""
    (artifact / ROWS).unlink()
    manifest = json.loads((artifact / "manifest.json").read_text())
    del manifest["files"][ROWS]
    manifest.pop("checksum", None)
    (artifact / "manifest.json").write_text(json.dumps(manifest))


def test_an_older_model_goes_on_with_its_own_rows_only(engram: RunCli, noise: Path) -> None:
    first = saved(engram("train", noise))
    as_before(first)
    refused = engram("train", noise, "--from", first, "--set", "seed=2")
    assert refused.code == 2
    assert "noise/1 was saved by a version that did not keep which rows a model has learned" in refused.err
    assert "learned" not in json.loads(engram("evaluate", first, noise.parent / "rows.jsonl", "--json").out)
    second = saved(engram("train", noise, "--from", first))
    assert_nothing_learned_has_judged(second)
    as_before(second)
    again = engram("train", noise, "--from", second)
    assert (again.code, "it comes from an earlier model" in again.err) == (2, True)


def test_a_teacher_has_not_learned_what_judges_its_student(
    engram: RunCli, noise: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENGRAM_ARTIFACTS", str(noise.parent / "artifacts"))
    teacher = saved(engram("train", noise))
    student = saved(engram("train", noise, "--set", "training.teacher=noise/1", "--set", "seed=2"))
    assert manifest_of(student).training["rows"]["of"] == ["noise/1"]
    before, after = read_roles(teacher), read_roles(student)
    assert before is not None
    assert after is not None
    assert before.train.tolist() == after.train.tolist()
    assert_nothing_learned_has_judged(student)


def test_members_learned_nothing_that_judges_their_mean(engram: RunCli, noise: Path) -> None:
    """The second comes from the first, under another seed: both have the split of the first."""
    first = saved(engram("train", noise))
    second = saved(engram("train", noise, "--from", first, "--set", "seed=2"))
    mean = saved(engram("average", noise, first, second, "--set", "seed=2"))
    assert manifest_of(mean).data.fingerprint == manifest_of(first).data.fingerprint
    assert_nothing_learned_has_judged(mean)

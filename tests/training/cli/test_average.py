"""Averaging models that were saved apart: the same as averaging in one run, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.runtime.artifact import open_artifact

RunCli = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("leave_no_determinism")

ONE_EPOCH = ("--set", "training.epochs=1")


def saved(result: Any) -> Path:
    assert result.code == 0, result.err
    return Path(result.out.strip())


@pytest.fixture
def apart(engram: RunCli, config_file: Path) -> list[Path]:
    return [
        saved(engram("train", config_file, *ONE_EPOCH, "--set", f"training.seed={seed}")) for seed in (3, 4)
    ]


def test_models_saved_apart_average_like_those_of_one_run(
    engram: RunCli, config_file: Path, apart: list[Path]
) -> None:
    done = engram("train", config_file, *ONE_EPOCH, "--seeds", 2, "--ensemble", "--json", "--quiet")
    assert (done.code, done.err) == (0, "")
    figures = json.loads(done.out)
    together = Path(figures["artifact"])
    averaged = saved(engram("average", config_file, *apart, *ONE_EPOCH))
    one, other = open_artifact(together).manifest, open_artifact(averaged).manifest
    assert other.training["ensemble"] == ["small/1", "small/2"]
    assert figures["metrics"] == {name: figure.value for name, figure in one.test.metrics.items()}
    assert (figures["n"], figures["judged_on"], figures["version"]) == (one.test.n, "test", 3)
    assert figures["baseline"]["accuracy"] == one.baseline.metrics["accuracy"].value
    assert figures["margin"]["value"] == one.margin.value
    assert figures["seeds"]["n"] == 2
    assert other.dev == one.dev
    assert other.test == one.test
    assert other.parameters == one.parameters
    assert [golden.outputs for golden in other.golden] == [golden.outputs for golden in one.golden]
    page = (averaged / "report" / "index.html").read_text()
    assert "the mean of small/1, small/2" in page
    assert "training average run.toml small/1 small/2" in page
    refused = engram("average", config_file, averaged, apart[0])
    assert (refused.code, "small/4 is an ensemble" in refused.err) == (2, True)


def test_networks_of_other_sizes_may_be_members(engram: RunCli, config_file: Path, apart: list[Path]) -> None:
    larger = saved(
        engram("train", config_file, *ONE_EPOCH, "--set", "model.units=7", "--set", "model.cell=lstm")
    )
    path = saved(engram("average", config_file, apart[0], larger))
    answers = [
        engram("predict", path, "really good", "bad", *engine).out.replace('"version": 2', "")
        for engine in ((), ())
    ]
    assert answers[0] == answers[1]
    assert (path / "model.onnx").is_file()


def test_other_labels_texts_rows_and_rules_are_refused(
    engram: RunCli, config_file: Path, apart: list[Path]
) -> None:
    one = engram("average", config_file, apart[0], apart[0])
    assert (one.code, "two different models or more" in one.err) == (2, True)
    split = saved(engram("train", config_file, *ONE_EPOCH, "--set", "seed=5"))
    rows = engram("average", config_file, apart[0], split)
    assert (rows.code, "small/3 was trained on other rows" in rows.err) == (2, True)
    rule = engram("average", config_file, *apart, "--set", "text.lowercase=false")
    assert (rule.code, "small/1 reads texts by another rule" in rule.err) == (2, True)
    data = config_file.parent / "rows.csv"
    data.write_text(data.read_text().replace(",yes", ",maybe"))
    labels = engram("average", config_file, *apart)
    assert (labels.code, "small/1 answers with the labels no, yes" in labels.err) == (2, True)
    assert "models of different labels cannot be averaged" in labels.err

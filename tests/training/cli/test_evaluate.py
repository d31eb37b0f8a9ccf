import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.runtime.predictor import open_predictor

RunCli = Callable[..., Any]
TEXTS = ["the story is gripping", "the script was a mess", "a dull film", "warm and moving", "", "painful"]


@pytest.fixture
def data(tiny_artifact: Path, tmp_path: Path) -> Path:
    """Rows of which the model answers the first four rightly and the last two wrongly."""
    predictions = open_predictor(tiny_artifact).predict([*TEXTS[:4], "clumsy", "tiresome"])
    labels = ["negative", "positive"]
    said = [labels[prediction.answer.best] for prediction in predictions]
    right = [*said[:4], *(labels[1 - labels.index(label)] for label in said[4:])]
    rows = zip([*TEXTS[:4], "clumsy", "tiresome"], right, ["a", "a", "a", "b", "b", "b"], strict=True)
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(dict(zip(("text", "label", "kind"), row))) + "\n" for row in rows))  # noqa: B905
    return path


def test_the_figures_are_those_of_the_file(engram: RunCli, tiny_artifact: Path, data: Path) -> None:
    result = engram("evaluate", tiny_artifact, data, "--json")
    assert result.code == 0, result.err
    body = json.loads(result.out)
    assert body["n"] == 6
    assert body["accuracy"] == pytest.approx(4 / 6)
    assert {"macro_f1", "ece", "interval", "per_class", "slices"} <= set(body)
    low, high = body["interval"]["accuracy"]
    assert 0 <= low <= body["accuracy"] <= high <= 1
    assert body["slices"] == {
        "a": {"accuracy": 1.0, "n": 3.0},
        "b": {"accuracy": pytest.approx(1 / 3), "n": 3.0},
    }


def test_without_json_a_table_is_printed(engram: RunCli, tiny_artifact: Path, data: Path) -> None:
    result = engram("evaluate", tiny_artifact, data)
    assert result.code == 0
    for part in ("tiny: 6 rows", "accuracy", "66.7%", "F1, negative", "accuracy, b (3)"):
        assert part in result.out


def test_the_test_rows_of_a_run_give_the_figures_of_its_manifest(
    engram: RunCli, config_file: Path, tmp_path: Path
) -> None:
    rows = (config_file.parent / "rows.csv").read_text().splitlines()
    (tmp_path / "test.csv").write_text("\n".join([rows[0], *rows[1::3], '"row 1 was odd",odd']) + "\n")
    trained = engram("train", config_file, "--set", "data.test='test.csv'")
    assert trained.code == 0, trained.err
    path = Path(trained.out.strip())
    judged = json.loads(engram("evaluate", path, tmp_path / "test.csv", "--json").out)
    manifest = open_predictor(path).manifest
    assert manifest.test is not None
    assert judged["n"] == manifest.test.n
    for name, figure in manifest.test.metrics.items():
        assert judged[name] == pytest.approx(figure.value, abs=1e-6), name
        assert judged["interval"][name] == pytest.approx([figure.low, figure.high], abs=1e-6), name
    assert judged["per_class"] == manifest.test.per_class


def test_other_columns_can_be_named(engram: RunCli, tiny_artifact: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("words,verdict\ngripping,positive\ndull,negative\n")
    result = engram(
        "evaluate", tiny_artifact, path, "--text-column", "words", "--label-column", "verdict", "--json"
    )
    assert result.code == 0, result.err
    assert json.loads(result.out)["n"] == 2
    refused = engram("evaluate", tiny_artifact, path)
    assert refused.code == 2
    assert "text" in refused.err


def test_a_label_with_markup_is_shown_as_it_is(engram: RunCli, config_file: Path) -> None:
    data = config_file.parent / "rows.csv"
    data.write_text(data.read_text().replace(",yes", ",[/yes] :smile:"))
    trained = engram("train", config_file, "--set", "training.epochs=1")
    assert trained.code == 0, trained.err
    result = engram("evaluate", Path(trained.out.strip()), data)
    assert result.code == 0, result.err
    assert "F1, [/yes] :smile: (40)" in result.out

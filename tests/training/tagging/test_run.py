"""A joint and a tagging network from their files to their answers."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from models.errors import ArtifactError
from models.runtime.artifact import open_artifact
from models.runtime.checksum import sealed
from models.runtime.manifest import Manifest
from models.runtime.predictor import open_predictor, prediction_as_dict
from models.runtime.tagger import Tagger
from models.runtime.tagging import TaggedPrediction

TEXT = "arrive  Ｎew\u3000York on Monday 🙂"
TEXTS = [TEXT, "leave 巴黎 on noon", "", "Rome Rome Rome", "arrive " * 30, "\ud800 leave"]


def predictions(path: Path, engine: str) -> list[TaggedPrediction]:
    found = open_predictor(path, engine).predict(TEXTS)
    return [one for one in found if isinstance(one, TaggedPrediction)]


def test_entities_stand_where_they_say(trips: Path) -> None:
    answer, *_ = predictions(trips, "savedmodel")
    assert [(one.entity, one.value) for one in answer.entities] == [
        ("dest", "Ｎew\u3000York"),
        ("time", "Monday"),
    ]
    for entity in answer.entities:
        assert TEXT[entity.start : entity.end] == entity.value
        assert 0.0 < entity.confidence <= 1.0
    body = prediction_as_dict(answer, open_artifact(trips).manifest)
    assert body["intent"]["name"] == "come"
    assert list(body["entities"][0]) == ["start", "end", "value", "entity", "confidence"]
    assert (body["tokens"], body["unknown_tokens"], body["truncated"]) == (6, [], False)


def test_both_engines_answer_alike(trips: Path) -> None:
    assert_alike(trips)


def assert_alike(path: Path) -> None:
    """Tags, places and confidences of both engines."""
    for one, other in zip(predictions(path, "savedmodel"), predictions(path, "onnx"), strict=True):
        assert one.tags == other.tags
        np.testing.assert_allclose(one.confidences, other.confidences, atol=1e-4)
        np.testing.assert_allclose(one.answer.probabilities, other.answer.probabilities, atol=1e-4)
        for mine, theirs in zip(one.entities, other.entities, strict=True):
            assert (mine.start, mine.end, mine.entity) == (theirs.start, theirs.end, theirs.entity)
            assert mine.confidence == pytest.approx(theirs.confidence, abs=1e-4)


def test_rows_answer_the_same_alone_and_in_company(trips: Path) -> None:
    predictor = open_predictor(trips, "onnx")
    for together, text in zip(predictor.predict(TEXTS), TEXTS, strict=True):
        (alone,) = predictor.predict([text])
        assert isinstance(alone, TaggedPrediction)
        assert isinstance(together, TaggedPrediction)
        assert alone.tags == together.tags
        np.testing.assert_allclose(alone.confidences, together.confidences, atol=1e-5)


def test_the_graph_gives_the_tags_of_the_predictor_without_keras(trips: Path) -> None:
    """In a process where Keras cannot be imported, from text to tags and intents."""
    code = """
import json, sys
sys.modules["keras"] = None
import tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
out = loaded.signatures["serving_default"](text=tf.constant(json.loads(sys.argv[2])))
found = {name: value.numpy().tolist() for name, value in out.items()}
text = lambda x: [text(y) for y in x] if isinstance(x, list) else x.decode() if isinstance(x, bytes) else x
print(json.dumps({name: text(value) for name, value in found.items()}))
"""
    texts = [text for text in TEXTS if "\ud800" not in text]
    done = subprocess.run(
        [sys.executable, "-c", code, str(trips), json.dumps(texts)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[Any]] = json.loads(done.stdout)
    manifest = open_artifact(trips).manifest
    for row, expected in enumerate(open_predictor(trips).predict(texts)):
        assert isinstance(expected, TaggedPrediction)
        length = len(expected.tags)
        assert tuple(found["tags"][row][:length]) == expected.tags
        assert tuple(found["tokens"][row][:length]) == expected.forms
        assert set(found["tags"][row][length:]) <= {""}
        np.testing.assert_allclose(found["confidence"][row][:length], expected.confidences, atol=1e-4)
        assert found["intent"][row] == manifest.labels[expected.answer.best]
        assert found["intent_confidence"][row] == pytest.approx(expected.answer.confidence, abs=1e-5)


def test_the_saved_graph_holds_core_operations_only(trips: Path) -> None:
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    saved = SavedModel()
    saved.ParseFromString((trips / "saved_model.pb").read_bytes())
    graph = saved.meta_graphs[0].graph_def
    used = {node.op for node in graph.node} | {
        node.op for function in graph.library.function for node in function.node_def
    }
    known = {name for name in used if hasattr(tf.raw_ops, name)}
    functions = {function.signature.name for function in graph.library.function}
    assert used - known - functions == set()


def test_the_manifest_and_the_report_tell_of_entities(trips: Path) -> None:
    manifest = Manifest.model_validate_json((trips / "manifest.json").read_bytes())
    assert manifest.task == "joint"
    assert manifest.labels == ["come", "go"]
    assert manifest.tagging is not None
    assert manifest.tagging.entities == ["departure", "dest", "time"]
    assert {"f1", "precision", "recall", "macro_f1", "accuracy", "intent_accuracy"} == set(
        manifest.dev.metrics
    )
    assert manifest.margin is not None
    assert manifest.baseline is not None
    page = (trips / "report" / "index.html").read_text(encoding="utf-8")
    for expected in ("departure", "Errors by kind", "Transitions", "<mark", "Types taken for one another"):
        assert expected in page


def test_the_run_left_its_curves_and_word_vectors(trips: Path) -> None:
    runs = list((trips.parents[1] / ".tensorboard").iterdir())
    assert runs
    words = (runs[0] / "words.txt").read_text().splitlines()
    assert tuple(words) == open_artifact(trips).vocabulary.tokens[2:]
    assert list(runs[0].glob("events.out.*"))


def test_a_changed_answer_refuses_the_version(trips: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(trips, tmp_path / "trips" / "1"))
    body = json.loads((copy / "manifest.json").read_text())
    body["golden"][0]["outputs"]["onnx"]["emissions"][0] += 0.01
    (copy / "manifest.json").write_text(json.dumps(sealed(body)))
    with pytest.raises(ArtifactError, match=r"golden example 1 answers 0\.01 away"):
        open_predictor(copy, "onnx")
    assert open_predictor(copy, "savedmodel")


def test_evaluate_judges_by_the_answers_of_the_predictor(trips: Path, engram: Callable[..., Any]) -> None:
    data = trips.parents[2] / "rows.jsonl"
    done = engram("evaluate", trips, data, "--json")
    assert done.code == 0, done.err
    body = json.loads(done.out)
    assert body["n"] == 42
    predictor = open_predictor(trips)
    assert isinstance(predictor, Tagger)
    right = 0
    for line in data.read_text().splitlines():
        row = json.loads(line)
        (answer,) = predictor.predict([" ".join(row["tokens"])])
        assert isinstance(answer, TaggedPrediction)
        wanted = [tag.replace("I-", "B-") for tag in row["tags"]]
        found = [f"B-{tag[2:]}" if tag != "O" else "O" for tag in answer.tags]
        right += wanted == found and predictor.manifest.labels[answer.answer.best] == row["intent"]
    assert body["accuracy"] == pytest.approx(right / 42)


def test_predict_and_compare_know_the_task(trips: Path, engram: Callable[..., Any]) -> None:
    done = engram("predict", trips, TEXT)
    assert json.loads(done.out)["entities"][0]["value"] == "Ｎew\u3000York"
    (facts,) = json.loads(engram("compare", trips, "--json").out)
    judged = open_artifact(trips).manifest.test
    assert judged is not None
    assert facts["judged_on"] == "test"
    assert facts["metrics"] == {name: figure.value for name, figure in judged.metrics.items()}


def test_a_tagging_network_without_crf_or_intents(
    write_trips: Callable[..., Path], tmp_path: Path, engram: Callable[..., Any]
) -> None:
    config = write_trips(tmp_path, "tagging")
    settings = ["model.crf=false", "model.characters=none", "training.epochs=2", "model.cell=gru"]
    done = engram("train", config, *(f"--set={each}" for each in settings))
    assert done.code == 0, done.err
    path = Path(done.out.strip())
    answers = [predictions(path, engine) for engine in ("onnx", "savedmodel")]
    assert [one.tags for one in answers[0]] == [one.tags for one in answers[1]]
    body = prediction_as_dict(answers[0][0], open_artifact(path).manifest)
    assert "intent" not in body
    assert "abstained" not in body


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        ["model.characters=lstm"],
        [
            "model.input=one-hot",
            "text.vocabulary_size=100",
            "model.characters=none",
            "model.capitalisation=false",
        ],
        [
            "model.input=one-hot",
            "text.vocabulary_size=100",
            "model.characters=lstm",
            "training.word_dropout=0.2",
        ],
    ],
)
def test_other_ways_to_read_a_token_go_through_both_engines(
    write_trips: Callable[..., Path], tmp_path: Path, engram: Callable[..., Any], settings: list[str]
) -> None:
    config = write_trips(tmp_path)
    done = engram("train", config, "--set=training.epochs=2", *(f"--set={each}" for each in settings))
    assert done.code == 0, done.err
    path = Path(done.out.strip())
    assert_alike(path)
    # Words that training never saw differ by their letters, where those are read, and by nothing else.
    found = open_predictor(path, "onnx").predict(["leave Xyzzy", "leave Quux"])
    confidences = [one.confidences for one in found if isinstance(one, TaggedPrediction)]
    assert (confidences[0] == confidences[1]) == ("model.characters=none" in settings)


def test_a_run_goes_on_from_a_saved_network(
    trips: Path, write_trips: Callable[..., Path], tmp_path: Path, engram: Callable[..., Any]
) -> None:
    config = write_trips(tmp_path)
    done = engram("train", config, "--from", trips, "--set=training.epochs=1", "--set=output.onnx=false")
    assert done.code == 0, done.err
    (first,) = open_artifact(Path(done.out.strip())).manifest.training["history"]["epochs"]
    before = open_artifact(trips).manifest.training["history"]["epochs"]
    assert first["train_loss"] < before[0]["train_loss"] / 4


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("model.input=letter-trigram", 'use input = "embedding" with model.characters = "cnn"'),
        ("output.onnx=int8", 'output.onnx = "int8" does not go'),
        ("text.truncate=head+tail", 'text.truncate = "head+tail" does not go'),
        ("task=classification", 'model.characters is for task = "tagging" or "joint"'),
    ],
)
def test_what_does_not_fit_the_task_is_refused(
    write_trips: Callable[..., Path], tmp_path: Path, engram: Callable[..., Any], override: str, says: str
) -> None:
    done = engram("train", write_trips(tmp_path), "--set", override)
    assert done.code == 2
    assert says in done.err


def test_verbs_for_labels_of_whole_texts_say_so(trips: Path, engram: Callable[..., Any]) -> None:
    data = trips.parents[2] / "rows.jsonl"
    done = engram("find-threshold", trips, data)
    assert done.code == 2
    assert (
        "'trips' is a joint model (intents and entities), but labels of whole texts are asked for" in done.err
    )
    done = engram("explain", trips, "leave Rome")
    assert done.code == 2
    assert "'trips' is a joint model (intents and entities), which cannot be explained" in done.err

"""A manifest that does not belong to its model is refused, whatever was changed, by either engine."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from models.errors import ArtifactError
from models.runtime.artifact import file_facts, open_artifact
from models.runtime.checksum import FIELD, checksum_of, sealed
from models.runtime.predictor import open_predictor
from training.cli.main import main

TINY_DATA = Path(__file__).resolve().parents[3] / "examples" / "tiny.csv"
Body = dict[str, Any]
Change = Callable[[Body], object]


def read(artifact: Path) -> Body:
    body: Body = json.loads((artifact / "manifest.json").read_bytes())
    return body


def rewrite(artifact: Path, change: Change, seal: Callable[[Body], Body] = sealed) -> None:
    body = read(artifact)
    change(body)
    (artifact / "manifest.json").write_text(json.dumps(seal(body)))


def as_saved_before(body: Body) -> Body:
    """A manifest of a release that had no checksums."""
    return {key: value for key, value in body.items() if key != FIELD}


def as_it_stands(body: Body) -> Body:
    """Edited by hand: the checksum is still that of what was saved."""
    return body


def in_calibration(**values: object) -> Change:
    return lambda body: body["calibration"].update(values)


def multilabel(**calibration: object) -> Change:
    def change(body: Body) -> None:
        body["task"] = body["config"]["task"] = "multilabel"
        body["calibration"].update(calibration)

    return change


def in_golden(change: Change) -> Change:
    """Changes the outputs of every engine, as a model that was saved with them would have."""

    def every(body: Body) -> None:
        for example in body["golden"]:
            for outputs in example["outputs"].values():
                change(outputs)

    return every


def without_hash(*names: str) -> Change:
    return lambda body: [body["files"].pop(name) for name in names]


LABELS = [
    (lambda body: body["labels"].pop(), "ask for {'logits': 1}"),
    (lambda body: body["labels"].append("neutral"), "ask for {'logits': 3}"),
    (lambda body: body.update(labels=["positive", "positive"]), "labels holds 'positive' twice"),
    (lambda body: body.update(labels=["negative", ""]), "labels holds an empty name"),
    (lambda body: body.update(labels=[]), "labels is empty"),
    (lambda body: body.update(name="../tiny"), "name: String should match"),
    (lambda body: body.update(name=""), "name: String should match"),
]
TASK = [
    (lambda body: body.update(task="multilabel"), "the config it was trained with says 'classification'"),
    (multilabel(), "calibration.thresholds is missing"),
    (multilabel(thresholds=[0.5]), "it has 2 labels, but 1 thresholds"),
    (multilabel(thresholds=[0.5, float("nan")]), "calibration.thresholds.1: "),
    (in_calibration(thresholds=[0.5, 0.5]), "it has thresholds, which only a multilabel model has"),
    (lambda body: body.update(tagging={"entities": ["city"]}), "names entities, which only a tagging"),
    (lambda body: body.update(task="joint", config={}), "task is 'joint', but it names no entities"),
    (in_calibration(temperature=1e-320), "calibration.temperature: "),
    (in_calibration(temperature=1e9), "calibration.temperature: "),
    (in_calibration(temperature=float("nan")), "calibration.temperature: "),
    (in_calibration(temperature=float("inf")), "calibration.temperature: "),
    (in_calibration(abstain_below=float("nan")), "calibration.abstain_below: "),
]
GOLDEN = [
    (lambda body: body.update(golden=[]), "it has 0 golden examples; at least 8 are needed"),
    (lambda body: body.update(golden=body["golden"][:7]), "it has 7 golden examples"),
    (in_golden(lambda outputs: outputs.clear()), "outputs of the sizes {}"),
    (in_golden(lambda outputs: outputs["logits"].pop()), "outputs of the sizes {'logits': 1}"),
    (in_golden(lambda outputs: outputs.update(logits=[float("nan")] * 2)), "should be a finite number"),
    (in_golden(lambda outputs: outputs.update(logits=[float("inf")] * 2)), "should be a finite number"),
    (
        lambda body: body["golden"][3]["outputs"].pop("onnx"),
        "golden example 4 has outputs of other",
    ),
]
FILES = [
    (lambda body: body.update(files={}), "has no hash of "),
    (without_hash("saved_model.pb"), "has no hash of saved_model.pb"),
    (without_hash("variables/variables.index"), "has no hash of variables/variables.index"),
    (without_hash("vocabulary.json"), "has no hash of vocabulary.json"),
    (without_hash("model.onnx"), "has no hash of model.onnx"),
    (without_hash("variables/variables.data-00000-of-00001"), "has no hash of variables/variables.data-"),
]


@pytest.mark.parametrize("seal", [sealed, as_saved_before])
@pytest.mark.parametrize(("change", "said"), [*LABELS, *TASK, *GOLDEN, *FILES])
def test_a_manifest_of_another_model_is_refused(
    own_artifact: Path, change: Change, said: str, seal: Callable[[Body], Body]
) -> None:
    """Whoever wrote it may have made a checksum of it, or it may be older than checksums."""
    rewrite(own_artifact, change, seal)
    for engine in ("savedmodel", "onnx"):
        with pytest.raises(ArtifactError) as caught:
            open_predictor(own_artifact, engine)
        assert said in str(caught.value)
        assert str(own_artifact) in str(caught.value)


ENTITIES = ["departure", "dest", "time"]
TAGS = [
    (lambda body: body["labels"].pop(), "'intent_logits': 1}"),
    (lambda body: body["labels"].append("stay"), "'intent_logits': 3}"),
    (lambda body: body.update(task="tagging", config={}), "are not the entity types of tagging.entities"),
    (
        lambda body: body.update(task="tagging", config={}, labels=ENTITIES),
        "its labels and task ask for {'emissions'",
    ),
    (lambda body: body.update(task="classification", config={}), "names entities, which only a tagging"),
    (lambda body: body.update(tagging=None), "task is 'joint', but it names no entities"),
    (lambda body: body["tagging"]["entities"].pop(), "its labels and task ask for {'emissions'"),
    (lambda body: body["tagging"]["entities"].append("city"), "its labels and task ask for {'emissions'"),
    (
        lambda body: body["tagging"].update(entities=["dest", "dest", "time"]),
        "tagging.entities holds 'dest' twice",
    ),
    (lambda body: body.update(golden=[]), "it has 0 golden examples"),
    (in_golden(lambda outputs: outputs.pop("emissions")), "outputs of the sizes {'intent_logits': 2}"),
    (without_hash("characters.json"), "has no hash of characters.json"),
    (without_hash("model.onnx"), "has no hash of model.onnx"),
]


@pytest.fixture
def own_trips(trips: Path, tmp_path: Path) -> Path:
    """A copy of the small joint model that a test may damage."""
    return Path(shutil.copytree(trips, tmp_path / "trips" / "1"))


@pytest.mark.parametrize(("change", "said"), TAGS)
def test_a_manifest_of_another_tagger_is_refused(own_trips: Path, change: Change, said: str) -> None:
    rewrite(own_trips, change)
    for engine in ("savedmodel", "onnx"):
        with pytest.raises(ArtifactError) as caught:
            open_predictor(own_trips, engine)
        assert said in str(caught.value)


SWAPPED = [
    ("tiny", lambda body: body["labels"].reverse()),
    ("trips", lambda body: body["labels"].reverse()),
    ("trips", lambda body: body["tagging"]["entities"].reverse()),
]


@pytest.mark.parametrize(
    ("seal", "said"),
    [
        (as_it_stands, "is not the manifest that was saved"),
        (as_saved_before, "are not those of its saved_"),
    ],
)
@pytest.mark.parametrize(("model", "change"), SWAPPED, ids=["labels", "intents", "entities"])
def test_labels_in_another_order_are_refused(
    request: pytest.FixtureRequest,
    model: str,
    change: Change,
    seal: Callable[[Body], Body],
    said: str,
) -> None:
    """By the checksum; where there is none, by the labels inside the SavedModel."""
    artifact: Path = request.getfixturevalue(f"own_{'artifact' if model == 'tiny' else model}")
    rewrite(artifact, change, seal)
    for engine in ("savedmodel", "onnx"):
        with pytest.raises(ArtifactError, match=said):
            open_predictor(artifact, engine)


@pytest.mark.parametrize("model", ["own_artifact", "own_trips"])
def test_a_model_saved_before_there_were_checksums_answers_as_it_did(
    request: pytest.FixtureRequest, model: str
) -> None:
    artifact: Path = request.getfixturevalue(model)
    texts = ["a gripping story", "arrive Rome on Monday"]
    for engine in ("savedmodel", "onnx"):
        expected = [each.answer for each in open_predictor(artifact, engine).predict(texts)]
        rewrite(artifact, lambda body: None, as_saved_before)
        assert open_artifact(artifact).manifest.checksum is None
        assert [each.answer for each in open_predictor(artifact, engine).predict(texts)] == expected


def without_numbers(path: Path) -> None:
    """Makes every weight of an ONNX file NaN."""
    model = onnx.load(path)
    for weight in model.graph.initializer:
        if weight.data_type == onnx.TensorProto.FLOAT:
            values = np.full_like(numpy_helper.to_array(weight), np.nan)
            weight.CopyFrom(numpy_helper.from_array(values, weight.name))
    onnx.save(model, path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: None, "answers nan away from what was saved"),
        (lambda body: body.update(golden=[]), "it has 0 golden examples"),
        (in_golden(lambda outputs: outputs.update(logits=[float("nan")] * 2)), "should be a finite number"),
    ],
    ids=["as saved", "emptied", "answers of such a network"],
)
def test_a_network_of_no_numbers_is_refused(own_artifact: Path, change: Change, said: str) -> None:
    without_numbers(own_artifact / "model.onnx")

    def of_that_file(body: Body) -> None:
        body["files"] = {name: fact.model_dump() for name, fact in file_facts(own_artifact).items()}
        change(body)

    rewrite(own_artifact, of_that_file)
    with pytest.raises(ArtifactError, match=said):
        open_predictor(own_artifact, "onnx")


@pytest.mark.parametrize("model", ["tiny_artifact", "trips"])
def test_every_manifest_is_saved_with_its_checksum(request: pytest.FixtureRequest, model: str) -> None:
    artifact: Path = request.getfixturevalue(model)
    body = read(artifact)
    assert body[FIELD] == checksum_of(body) == open_artifact(artifact).manifest.checksum


def test_a_checksum_stays_where_json_reads_and_writes_the_file(own_artifact: Path) -> None:
    body = read(own_artifact)
    backwards = dict(reversed(body.items()))
    (own_artifact / "manifest.json").write_text(json.dumps(backwards, indent=7, ensure_ascii=True))
    assert open_artifact(own_artifact).manifest.checksum == body[FIELD]


def test_the_canonical_form_is_written_down() -> None:
    """Worked by hand, for programs that are not written in Python."""
    body = {"b": [1.0, 1e-7, None, True], FIELD: "not counted", "a": {"é": '"巴黎"', "d": 1}}
    # sha256 of {"a":{"d":1,"é":"\"巴黎\""},"b":[1.0,1e-07,null,true]}
    assert checksum_of(body) == "b47449f1e659979e3de52e95e4fdc8ba2a322b6356a354bde12f1a0d22416d0d"


def test_any_change_of_any_field_is_told(own_artifact: Path) -> None:
    """Figures too: a version may be served for them."""
    rewrite(own_artifact, lambda body: body["dev"]["metrics"]["accuracy"].update(value=1.0), as_it_stands)
    with pytest.raises(ArtifactError, match=r"was saved: its checksum is \w{12}, it says"):
        open_artifact(own_artifact)


@pytest.mark.parametrize("verb", ["predict", "evaluate", "explain"])
def test_every_verb_says_so_in_one_sentence(
    own_artifact: Path, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(own_artifact, lambda body: body["labels"].reverse(), as_it_stands)
    data = str(TINY_DATA) if verb == "evaluate" else "a gripping story"
    assert main([verb, str(own_artifact), data]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(
        f"engram {verb}: {own_artifact}/manifest.json is not the manifest that was saved"
    )

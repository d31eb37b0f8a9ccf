"""What a tagger's files are held to: golden examples; where words have 8 bits, the same tags and intent."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from models.errors import ArtifactError, EngramError
from models.networks.tagger_spec import TaggerSpec
from models.networks.weights import tagger_weights
from models.onnx.tagger import build_onnx_tagger
from models.runtime.artifact import Artifact, file_facts, open_artifact
from models.runtime.checksum import sealed
from models.runtime.engines.base import Ids, Outputs
from models.runtime.engines.onnx import OnnxEngine
from models.runtime.manifest import GoldenExample
from models.runtime.predictor import open_predictor
from models.runtime.tagger import golden_outputs, open_tagger
from models.text.tags import allowed_transitions, tag_names
from models.text.tokens import TokenEncoder
from training.onnx_files import largest_difference
from training.previous import Previous

Body = dict[str, Any]


def encoder_of(artifact: Artifact) -> TokenEncoder:
    tagging = artifact.manifest.tagging
    assert tagging is not None
    return TokenEncoder(
        artifact.manifest.text, artifact.vocabulary, artifact.characters, tagging.characters or 0
    )


def rewrite(path: Path, change: Callable[[Body], object]) -> None:
    """Changes a manifest, its checksum and the hashes of its files."""
    body = json.loads((path / "manifest.json").read_bytes())
    body["files"] = {name: fact.model_dump() for name, fact in file_facts(path).items()}
    change(body)
    (path / "manifest.json").write_text(json.dumps(sealed(body)))


@pytest.fixture
def int8_trips(trips: Path, tmp_path: Path) -> Path:
    """The small joint model with a file of 8-bit tables beside the others, and golden examples of it."""
    path = Path(shutil.copytree(trips, tmp_path / "trips" / "1"))
    artifact = open_artifact(path)
    manifest, tagging, characters = artifact.manifest, artifact.manifest.tagging, artifact.characters
    assert tagging is not None
    assert characters is not None
    settings = {name: value for name, value in manifest.config["model"].items() if name != "vectors"}
    settings["wide"] = None
    spec = TaggerSpec(
        vocabulary_size=len(artifact.vocabulary),
        classes=len(tag_names(tagging.entities)),
        types=len(tagging.entities),
        intents=len(manifest.labels),
        character_vocabulary=len(characters),
        **settings,
    )
    arrays = tagger_weights(Previous(artifact).load_model(), spec)
    (path / "model.int8.onnx").write_bytes(build_onnx_tagger(arrays, int8=True).SerializeToString())
    engine, encoder = OnnxEngine(path, "onnx-int8"), encoder_of(artifact)

    def remember(body: Body) -> None:
        for example in body["golden"]:
            found = golden_outputs(engine, encoder.encode(example["text"]))
            example["outputs"]["onnx-int8"] = {name: values.tolist() for name, values in found.items()}

    rewrite(path, remember)
    return path


def shifted(by: float) -> Callable[[Body], None]:
    def change(body: Body) -> None:
        for example in body["golden"]:
            for engine in ("onnx", "onnx-int8"):
                outputs = example["outputs"][engine]
                outputs["emissions"] = [value + by for value in outputs["emissions"]]

    return change


def test_a_tagger_of_8_bits_may_differ_as_other_networks_of_8_bits_may(int8_trips: Path) -> None:
    rewrite(int8_trips, shifted(0.01))
    assert open_predictor(int8_trips, "onnx-int8").predict(["arrive Rome on Monday"])
    with pytest.raises(ArtifactError, match=r"answers 0\.01 away .* at most 0\.0001 is allowed"):
        open_predictor(int8_trips, "onnx")
    rewrite(int8_trips, shifted(0.02))
    with pytest.raises(ArtifactError, match=r"answers 0\.03 away .* at most 0\.02 is allowed"):
        open_predictor(int8_trips, "onnx-int8")


def test_a_damaged_table_of_8_bits_is_refused(int8_trips: Path) -> None:
    """Its hash is that of the damaged file, so only the golden examples can tell."""
    model = onnx.load(int8_trips / "model.int8.onnx")
    (table,) = (each for each in model.graph.initializer if each.data_type == onnx.TensorProto.INT8)
    table.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(table)[::-1].copy(), table.name))
    onnx.save(model, int8_trips / "model.int8.onnx")
    rewrite(int8_trips, lambda body: None)
    with pytest.raises(ArtifactError, match=r"golden example \d answers .* away from what was saved"):
        open_predictor(int8_trips, "onnx-int8")


class Answering:
    """An engine that gives each token the same emissions."""

    name = "onnx-int8"
    most_cells = 1000

    def __init__(self, emissions: dict[int, float], intents: list[float], transition: float = 0.0) -> None:
        self._emissions = np.full(13, -9.0, np.float32)
        for tag, value in emissions.items():
            self._emissions[tag] = value
        self._intents = np.array([intents], np.float32)
        self._transitions = np.where(allowed_transitions(3), transition, -1e4).astype(np.float32)

    def run(self, ids: Ids, lengths: Ids, characters: Ids | None = None) -> Outputs:
        emissions = np.tile(self._emissions, (*ids.shape, 1))
        return {"emissions": emissions, "transitions": self._transitions, "intent_logits": self._intents}


@pytest.fixture
def one_word(trips: Path) -> Artifact:
    """One golden example: "Rome", outside of every entity by 0.01, with the first intent by 0.01."""
    artifact = open_artifact(trips)
    row = encoder_of(artifact).encode("Rome")
    outputs = golden_outputs(Answering({0: 0.01, 4: 0.0}, [0.01, 0.0]), row)
    lists = {"onnx-int8": {name: values.tolist() for name, values in outputs.items()}}
    example = GoldenExample(text="Rome", ids=list(row.ids), outputs=lists)
    return replace(artifact, manifest=artifact.manifest.model_copy(update={"golden": [example]}))


def test_the_same_tags_and_intent_pass(one_word: Artifact) -> None:
    assert open_tagger(one_word, Answering({0: 0.02, 4: 0.0}, [0.02, 0.005]))


@pytest.mark.parametrize(
    ("engine", "said"),
    [
        (Answering({0: 0.0, 4: 0.005}, [0.01, 0.0]), "gets another answer"),
        (Answering({0: 0.01, 4: 0.0}, [0.0, 0.005]), "gets another answer"),
        (Answering({0: 0.01, 4: 0.0}, [0.01, 0.0, 0.0]), "'intent_logits' is missing or misshapen"),
        (Answering({0: 0.01, 4: float("nan")}, [0.01, 0.0]), "answers nan away"),
        (Answering({0: 0.01, 4: 0.0}, [0.01, 0.0], transition=float("nan")), "values that are not finite"),
    ],
    ids=["another tag", "another intent", "misshapen", "no number", "transitions of no numbers"],
)
def test_another_tag_or_intent_is_refused(one_word: Artifact, engine: Answering, said: str) -> None:
    with pytest.raises(ArtifactError, match=said):
        open_tagger(one_word, engine)


def test_a_file_is_held_to_what_golden_examples_are_held_to() -> None:
    """Where one text has an emission of 2,000, others may be 0.02 away; a number is needed everywhere."""
    engine: Any = Answering({}, [])
    engine.name = "onnx"
    large = [{"emissions": np.array([2000.0, 1.0], np.float32)}, {"emissions": np.array([3.0], np.float32)}]

    def found(by: float) -> list[dict[str, Any]]:
        return [large[0], {"emissions": large[1]["emissions"] + np.float32(by)}]

    assert largest_difference(engine, large, found(0.01)) == pytest.approx(0.01, rel=1e-3)
    assert largest_difference(engine, large[1:], found(5e-5)[1:]) == pytest.approx(5e-5, rel=1e-2)
    for expected, by in ((large, 0.03), (large[1:], 2e-4), (large, np.nan), (large, np.inf)):
        with pytest.raises(EngramError, match=r"model\.onnx answers .* away from the SavedModel"):
            largest_difference(engine, expected, found(by)[-len(expected) :])
    engine.name = "onnx-int8"
    assert largest_difference(engine, large, found(0.5)) == 0.5
    with pytest.raises(EngramError, match=r"model\.int8\.onnx answers nan away"):
        largest_difference(engine, large, found(np.nan))

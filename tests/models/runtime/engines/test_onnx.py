"""The engine without TensorFlow: the same answers, one thread, a reason for each refusal."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest

from models.errors import ArtifactError, EngramError
from models.onnx.build import build_onnx
from models.onnx.graph import Graph
from models.onnx.network import Network, Part
from models.runtime.artifact import file_facts
from models.runtime.checksum import sealed
from models.runtime.engines.load import load_engine
from models.runtime.engines.onnx import OnnxEngine
from models.runtime.padding import pad
from models.runtime.predictor import open_predictor

ROOT = Path(__file__).parents[4]
TEXTS = ["A fine, quiet film.", "", "dull from the first minute to the last", "8/10 这家酒店"] * 3
ENGINES = ("onnx", "onnx-int8")

WITHOUT_TENSORFLOW = """
import importlib.abc, json, sys
from pathlib import Path

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {"tensorflow", "keras", "onnx"}:
            raise ModuleNotFoundError(f"{name} is blocked")

sys.meta_path.insert(0, Blocked())
import service.app
from models.runtime.predictor import open_predictor
predictor = open_predictor(Path(sys.argv[1]), "onnx")
answers = predictor.predict(json.loads(sys.argv[2]))
print(json.dumps([answer.answer.probabilities for answer in answers]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both model files of a network drawn at random: 50 ids, a BiLSTM of 6 units, 3 labels."""
    generator = np.random.default_rng(0)

    def draw(*shape: int) -> np.ndarray:
        return generator.normal(0.0, 0.5, shape).astype(np.float32)

    def direction() -> dict[str, np.ndarray]:
        return {"kernel": draw(8, 24), "recurrent_kernel": draw(6, 24), "bias": draw(24)}

    network = Network(
        Part("embedding.v1", {"embeddings": draw(50, 8)}),
        "lstm.v1",
        ((direction(), direction()),),
        Part("max+mean.v1", {}),
        Part("softmax.v1", {"kernel": draw(24, 3), "bias": draw(3)}),
    )
    path = tmp_path_factory.mktemp("onnx")
    for name, int8 in (("model.onnx", False), ("model.int8.onnx", True)):
        (path / name).write_bytes(build_onnx(network, int8=int8).SerializeToString())
    return path


def rows(count: int, longest: int) -> list[list[int]]:
    generator = np.random.default_rng(count)
    return [generator.integers(1, 50, generator.integers(0, longest + 1)).tolist() for _ in range(count)]


def test_a_process_that_cannot_import_tensorflow_answers_as_the_savedmodel(tiny_artifact: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, str(tiny_artifact), json.dumps(TEXTS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    expected = [p.answer.probabilities for p in open_predictor(tiny_artifact).predict(TEXTS)]
    np.testing.assert_allclose(json.loads(done.stdout), expected, rtol=0, atol=1e-4)


def test_large_batches_and_single_tokens_answer_as_the_savedmodel(tiny_artifact: Path) -> None:
    engines = [load_engine(name, tiny_artifact) for name in ("savedmodel", "onnx")]
    for batch in (rows(300, 40), [[7]], [[]], [[], []]):
        expected, found = (engine.run(*pad(batch))["logits"] for engine in engines)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ENGINES)
def test_many_threads_get_the_answers_of_one(folder: Path, name: str) -> None:
    engine = load_engine(name, folder)
    batches = [pad(rows(1 + number % 9, 1 + number % 30)) for number in range(200)]
    expected = [engine.run(*batch)["logits"] for batch in batches]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda batch: engine.run(*batch)["logits"], batches))
    for one, many in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one, many)


def test_the_engines_read_a_file_of_their_own(folder: Path) -> None:
    exact, small = (load_engine(name, folder) for name in ENGINES)
    assert (exact.name, small.name) == ENGINES
    batch = pad(rows(20, 10))
    difference = np.abs(exact.run(*batch)["logits"] - small.run(*batch)["logits"]).max()
    assert 0 < difference < 0.05


def test_a_call_takes_one_thread_and_keeps_no_memory(folder: Path) -> None:
    options = OnnxEngine(folder)._session.get_session_options()
    assert options.intra_op_num_threads == options.inter_op_num_threads == 1
    assert not options.enable_cpu_mem_arena
    assert not options.enable_mem_pattern


@pytest.mark.parametrize(
    ("name", "file", "setting"),
    [("onnx", "model.onnx", "output.onnx=true"), ("onnx-int8", "model.int8.onnx", "output.onnx=int8")],
)
def test_a_missing_file_is_refused_with_how_to_get_it(
    tmp_path: Path, name: str, file: str, setting: str
) -> None:
    with pytest.raises(ArtifactError) as caught:
        load_engine(name, tmp_path)
    assert f"{tmp_path} has no {file}" in str(caught.value)
    assert f"--set {setting}" in str(caught.value)


def test_a_file_that_is_no_model_is_refused_quietly(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(ArtifactError, match=r"model\.onnx cannot be loaded: .*[^.]\.$"):
        OnnxEngine(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_a_model_of_something_else_is_refused(tmp_path: Path) -> None:
    graph = Graph()
    inputs = [onnx.helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, ["batch", 2])]
    model = graph.model(inputs, {"logits": (graph.node("Relu", "image"), ["batch", 2])})
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(ArtifactError, match=r"has the inputs .*image.*; a model of Engram has .*ids"):
        OnnxEngine(tmp_path)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("model.int8.onnx", r"golden example \d+ answers .* away from what was saved"),
        ("3 labels", "misshapen"),
    ],
)
def test_a_file_of_another_network_is_refused_whatever_its_hash(
    own_artifact: Path, folder: Path, other: str, said: str
) -> None:
    """Its manifest was written for the other file, so only the golden examples can tell."""
    source = own_artifact / other if other.endswith(".onnx") else folder / "model.onnx"
    shutil.copy(source, own_artifact / "model.onnx")
    manifest = json.loads((own_artifact / "manifest.json").read_bytes())
    manifest["files"] = {name: fact.model_dump() for name, fact in file_facts(own_artifact).items()}
    (own_artifact / "manifest.json").write_text(json.dumps(sealed(manifest)))
    if other == "3 labels":
        # Its table has 50 words: the ids of these texts are within it.
        known = [each for each in manifest["golden"] if max(each["ids"], default=0) < 50]
        assert known
        manifest["golden"] = (known * 8)[:8]
        (own_artifact / "manifest.json").write_text(json.dumps(sealed(manifest)))
    with pytest.raises(ArtifactError, match=said):
        open_predictor(own_artifact, "onnx")


def test_ids_the_table_lacks_are_one_sentence(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ArtifactError, match=r"model\.onnx cannot answer: .*indices"):
        OnnxEngine(folder).run(*pad([[50]]))
    assert capfd.readouterr() == ("", "")


def test_a_missing_runtime_is_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EngramError, match="need the package onnxruntime, which is not installed"):
        OnnxEngine(folder)

"""Writing an artifact: all of it or nothing."""

import errno
import os
import resource
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.errors import EngramError
from models.networks.build import build_network
from models.networks.spec import NetworkSpec
from models.networks.weights import network_weights
from models.runtime.artifact import open_artifact, verify_files
from models.runtime.engines.base import Ids, Outputs
from models.runtime.golden import check_golden
from models.runtime.manifest import Interval, Manifest
from models.runtime.predictor import open_predictor
from training import export as exporting
from training.export import Export, export
from training.onnx_files import OnnxFiles
from training.previous import Previous

TEXTS = ("", "a story", "Ｎaïve 这家酒店 🙂", *(f"story {number}" for number in range(5)))


@pytest.fixture(scope="module")
def what(tiny_artifact: Path) -> Export:
    artifact = open_artifact(tiny_artifact)
    unfinished = artifact.manifest.model_copy(update={"version": 1, "golden": [], "files": {}})
    model = Previous(artifact).load_model()
    return Export(
        unfinished, model, artifact.vocabulary, TEXTS, lambda manifest: f"version {manifest.version}"
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tiny_artifact: Path) -> None:
    """Takes the SavedModel from the trained artifact: tracing it anew takes most of the time."""

    def copy(_module: object, folder: Path) -> None:
        shutil.copy(tiny_artifact / "saved_model.pb", folder)
        shutil.copytree(tiny_artifact / "variables", folder / "variables")

    monkeypatch.setattr(exporting, "GraphText", lambda *_: None)
    monkeypatch.setattr(exporting, "ServingModule", lambda *_: None)
    monkeypatch.setattr(exporting, "write_saved_model", copy)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_an_artifact_is_whole_and_may_be_read_by_others(what: Export, tmp_path: Path) -> None:
    with umask(0o077):
        path = export(tmp_path / "new" / "artifacts", what)
    assert path == tmp_path / "new" / "artifacts" / "tiny" / "1"
    artifact = open_artifact(path)
    verify_files(artifact)
    found = {file.relative_to(path).as_posix() for file in path.rglob("*") if file.is_file()}
    assert set(artifact.manifest.files) == found - {"manifest.json"}
    assert found == {
        "assets.extra/tf_serving_warmup_requests",
        "fingerprint.pb",
        "manifest.json",
        "model.keras",
        "report/index.html",
        "rows.npz",
        "saved_model.pb",
        "variables/variables.data-00000-of-00001",
        "variables/variables.index",
        "vocabulary.json",
    }
    for entry in [path.parent.parent, path.parent, path, *path.rglob("*")]:
        assert stat.S_IMODE(entry.stat().st_mode) == (0o755 if entry.is_dir() else 0o644), entry
    assert [example.text for example in artifact.manifest.golden] == list(TEXTS)
    predictor = open_predictor(path)
    assert check_golden(artifact, predictor.encoder, predictor.engine) <= 1e-6


@pytest.mark.usefixtures("quick")
def test_versions_count_up_and_none_is_overwritten(what: Export, tmp_path: Path) -> None:
    first = export(tmp_path, what)
    before = (first / "manifest.json").read_bytes()
    second = export(tmp_path, what)
    assert (first.name, second.name) == ("1", "2")
    assert (first / "manifest.json").read_bytes() == before
    assert open_artifact(second).manifest.version == 2
    (tmp_path / "tiny" / "41").mkdir()
    assert export(tmp_path, what).name == "42"
    assert names(tmp_path / "tiny") == ["1", "2", "41", "42"]


@pytest.mark.usefixtures("quick")
def test_a_number_taken_meanwhile_moves_the_version_on(what: Export, tmp_path: Path) -> None:
    def report(manifest: Manifest) -> str:
        taken = tmp_path / "tiny" / "1"
        taken.mkdir(exist_ok=True)
        (taken / "theirs").write_text("theirs")
        return f"version {manifest.version}"

    path = export(tmp_path, replace(what, render_report=report))
    assert path.name == "2"
    assert names(tmp_path / "tiny" / "1") == ["theirs"]
    artifact = open_artifact(path)
    assert artifact.manifest.version == 2
    verify_files(artifact)
    assert (path / "report" / "index.html").read_text() == "version 2", "the report names its own version"


@pytest.mark.usefixtures("quick")
def test_a_file_with_the_name_of_a_version_is_left_alone(what: Export, tmp_path: Path) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "1").write_text("a file")
    assert export(tmp_path, what).name == "2"
    assert (tmp_path / "tiny" / "1").read_text() == "a file"


@pytest.mark.usefixtures("quick")
def test_what_another_run_is_writing_is_left_alone(what: Export, tmp_path: Path) -> None:
    """Two containers that share the folder may well have the same process id."""
    theirs = tmp_path / "tiny" / f".writing-{os.getpid()}"
    theirs.mkdir(parents=True)
    assert export(tmp_path, what).name == "1"
    assert names(tmp_path / "tiny") == [theirs.name, "1"]


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "step",
    [
        "write_saved_model",
        "write_warmup",
        "_golden",
        "_write_report",
        "_set_modes",
        "file_facts",
        "_write_manifest",
    ],
)
def test_a_full_disk_at_any_step_leaves_nothing(
    what: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (tmp_path / "tiny" / "1").mkdir(parents=True)
    monkeypatch.setattr(exporting, step, full)
    with pytest.raises(EngramError) as caught:
        export(tmp_path, what)
    assert (
        str(caught.value)
        == f"The artifact cannot be written to {tmp_path / 'tiny'}: No space left on device."
    )
    assert names(tmp_path / "tiny") == ["1"]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process may grow above ``size`` bytes: what a full disk does, at a chosen place."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


@pytest.mark.parametrize("size", [50, 2_000, 100_000], ids=["index", "variables", "graph"])
def test_a_savedmodel_that_does_not_fit_leaves_nothing(what: Export, tmp_path: Path, size: int) -> None:
    with largest_file(size), pytest.raises(EngramError, match=r"cannot be written to .*: .*File too large"):
        export(tmp_path, what)
    assert names(tmp_path / "tiny") == []


@pytest.mark.parametrize("size", [500, 20_000], ids=["warm-up", "keras"])
def test_another_file_that_does_not_fit_leaves_nothing(
    what: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None, size: int
) -> None:
    copy: Callable[..., None] = exporting.write_saved_model
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def then_full(*arguments: object) -> None:
        copy(*arguments)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))

    monkeypatch.setattr(exporting, "write_saved_model", then_full)
    with (
        largest_file(10_000_000),
        pytest.raises(EngramError, match=r"cannot be written to .*: .*File too large"),
    ):
        export(tmp_path, what)
    assert names(tmp_path / "tiny") == []


def test_a_ctrl_c_while_writing_leaves_nothing(
    what: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(exporting, "_golden", interrupted)
    with pytest.raises(KeyboardInterrupt):
        export(tmp_path, what)
    assert names(tmp_path / "tiny") == []


def test_a_folder_that_cannot_be_made_is_one_sentence(what: Export, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EngramError, match=r"The artifact cannot be written to .*: Not a directory"):
        export(tmp_path / "file" / "artifacts", what)


def test_a_network_of_large_outputs_is_saved_and_served(tiny_artifact: Path, tmp_path: Path) -> None:
    """Both engines sum in another order, and float32 has no digit for 1e-4 of such an output."""
    artifact = open_artifact(tiny_artifact)
    unfinished = artifact.manifest.model_copy(update={"version": 1, "golden": [], "files": {}})
    spec = NetworkSpec(len(artifact.vocabulary), 2, cell="simple_rnn", units=64)
    model = build_network(spec, 1)
    kernel = model.get_layer("logits").kernel
    kernel.assign(kernel * 3000)
    words = np.random.default_rng(0).integers(2, len(artifact.vocabulary), (50, 40)).astype(np.int32)
    no_change = Interval(value=0.0, low=0.0, high=0.0)
    files = OnnxFiles(network_weights(model, spec), False, list(words), lambda _: no_change)
    texts = tuple(" ".join(artifact.vocabulary.tokens[i] for i in row) for row in words[:8])
    path = export(tmp_path, Export(unfinished, model, artifact.vocabulary, texts, lambda _: "", files))
    checked = open_artifact(path).manifest.engines["onnx"]
    assert 1e-4 < checked.max_difference < 1e-2, "otherwise this shows nothing"
    for engine in ("savedmodel", "onnx"):
        assert open_predictor(path, engine).predict(["a story"])


@pytest.mark.usefixtures("quick")
def test_a_network_of_no_numbers_is_not_saved(
    what: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_engine: object, ids: Ids, lengths: Ids, characters: Ids | None = None) -> Outputs:
        return {"logits": np.full((len(ids), 2), np.nan, np.float32)}

    monkeypatch.setattr(exporting.SavedModelEngine, "run", run)
    with pytest.raises(EngramError, match=r"answers values that are not finite .* nothing was saved"):
        export(tmp_path, what)
    assert names(tmp_path / "tiny") == []

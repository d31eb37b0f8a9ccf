"""From a trained network to a saved model: written whole under a temporary name, then renamed."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.errors import EngramError
from models.runtime.artifact import VOCABULARY, file_facts
from models.runtime.checksum import checksum_of
from models.runtime.engines.base import Engine, Outputs
from models.runtime.engines.savedmodel import SavedModelEngine
from models.runtime.location import MANIFEST, list_versions
from models.runtime.manifest import GoldenExample, Manifest
from models.runtime.padding import pad
from models.text.graph import GraphText
from models.text.plain import Encoder, PlainText
from models.text.vocabulary import Vocabulary
from training.data.roles import Roles
from training.folders import make_readable_folder
from training.onnx_files import OnnxFiles, check_engines, write_onnx
from training.saved_model import ServingModule, write_saved_model
from training.warmup import write_warmup

KERAS_FILE = "model.keras"
WARMUP_BATCHES = (1, 8, 32)


@dataclass(frozen=True, slots=True)
class Export:
    """What an artifact is made of. ``manifest`` still lacks its version, golden examples and files.

    ``onnx`` is None where only the SavedModel is wanted; ``render_report`` is given the manifest with its
    version and golden examples; ``roles`` are those of the rows it learned and was judged by.
    """

    manifest: Manifest
    model: keras.Model
    vocabulary: Vocabulary
    golden_texts: tuple[str, ...]
    render_report: Callable[[Manifest], str]
    onnx: OnnxFiles | None = None
    roles: Roles = field(default_factory=Roles)


def export(artifacts: Path, what: Export) -> Path:
    """Writes the next version of a model.

    Returns:
        The artifact's folder, ``<artifacts>/<name>/<version>``.

    Raises:
        EngramError: it cannot be written (for example: the disk is full), or its files answer differently;
            nothing is left behind.
    """
    parent = artifacts / what.manifest.name
    with writing(parent) as folder:
        _write_model(folder, what)
        saved_model = SavedModelEngine(folder)
        others = write_onnx(folder, what.onnx) if what.onnx else []
        golden = _golden([saved_model, *others], what)
        rows = [np.array(example.ids, np.int32) for example in golden]
        checks = check_engines(saved_model, others, rows, what.onnx) if what.onnx else {}
        manifest = what.manifest.model_copy(
            update={"version": next_version(parent), "golden": golden, "engines": checks}
        )
        return publish(folder, parent, manifest, what.render_report)


@contextmanager
def writing(parent: Path) -> Iterator[Path]:
    """A temporary folder beside the versions, gone afterwards whatever happens."""
    folder: Path | None = None
    try:
        make_readable_folder(parent)
        # A name of its own: in containers that share the folder, process ids are alike.
        folder = Path(tempfile.mkdtemp(prefix=".writing-", dir=parent))
        yield folder
    except (OSError, tf.errors.OpError) as error:
        reason = error.strerror if isinstance(error, OSError) else " ".join(error.message.split())
        raise EngramError(f"The artifact cannot be written to {parent}: {reason or error}.") from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _write_model(folder: Path, what: Export) -> None:
    manifest = what.manifest
    text = GraphText(manifest.text, what.vocabulary)
    module = ServingModule(what.model, text, manifest.labels, manifest.task, manifest.calibration.temperature)
    write_saved_model(module, folder)
    plain = PlainText(manifest.text)
    texts = [plain.graph_input(text) for text in what.golden_texts]
    batches = [[texts[i % len(texts)] for i in range(size)] for size in WARMUP_BATCHES]
    write_warmup(folder, manifest.name, batches)
    what.model.save(folder / KERAS_FILE)
    (folder / VOCABULARY).write_text(what.vocabulary.to_json(), encoding="utf-8")
    what.roles.write(folder)


def _golden(engines: Sequence[Engine], what: Export) -> list[GoldenExample]:
    """The outputs of the files just written, not of the network in memory."""
    encoder = Encoder(what.manifest.text, what.vocabulary)
    examples = []
    for text in what.golden_texts:
        ids = list(encoder.encode(text).ids)
        outputs = {engine.name: _first_row(engine.run(*pad([ids]))) for engine in engines}
        examples.append(golden_example(text, ids, outputs))
    return examples


def golden_example(
    text: str, ids: Sequence[int], outputs: Mapping[str, Mapping[str, npt.NDArray[np.float32]]]
) -> GoldenExample:
    """A text with the outputs of each engine, flat.

    Raises:
        EngramError: an output is not finite.
    """
    for engine, named in outputs.items():
        for name, values in named.items():
            if not np.isfinite(values).all():
                raise EngramError(
                    f"The network answers values that are not finite (engine {engine!r}, output {name!r}), "
                    "so nothing was saved."
                )
    lists = {
        engine: {name: [float(x) for x in values] for name, values in named.items()}
        for engine, named in outputs.items()
    }
    return GoldenExample(text=text, ids=list(ids), outputs=lists)


def _first_row(outputs: Outputs) -> dict[str, npt.NDArray[np.float32]]:
    return {name: values[0].ravel() for name, values in outputs.items()}


def _set_modes(folder: Path) -> None:
    """Readable by the service's user whatever umask the trainer had."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def next_version(parent: Path) -> int:
    """The number after the last version in a model's folder."""
    return max(list_versions(parent), default=0) + 1


def publish(folder: Path, parent: Path, manifest: Manifest, render_report: Callable[[Manifest], str]) -> Path:
    """Renames the finished folder to its version; another run may have taken the number meanwhile."""
    while True:
        target = parent / str(manifest.version)
        _write_report(folder, render_report(manifest))
        _set_modes(folder)
        _write_manifest(folder / MANIFEST, manifest.model_copy(update={"files": file_facts(folder)}))
        try:
            folder.rename(target)
        except OSError:
            if not target.exists():
                raise
            # A file may have that name too, which is no version: go on by one at least.
            version = max(next_version(parent), manifest.version + 1)
            manifest = manifest.model_copy(update={"version": version})
        else:
            return target


def _write_report(folder: Path, page: str) -> None:
    path = folder / "report" / "index.html"
    path.parent.mkdir(exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _write_manifest(path: Path, manifest: Manifest) -> None:
    checksum = checksum_of(json.loads(manifest.model_dump_json()))
    with path.open("w", encoding="utf-8") as file:
        file.write(manifest.model_copy(update={"checksum": checksum}).model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o644)

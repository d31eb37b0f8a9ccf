"""From a trained tagging network to a saved model, as ``training.export`` does for the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np

from models.onnx.network import Tagger as TaggerArrays
from models.onnx.tagger import build_onnx_tagger
from models.runtime.artifact import CHARACTERS, VOCABULARY
from models.runtime.engines.base import Engine
from models.runtime.engines.onnx import FILES, OnnxEngine
from models.runtime.engines.savedmodel import SavedModelEngine
from models.runtime.golden import TOLERANCE
from models.runtime.manifest import EngineCheck, GoldenExample, Manifest
from models.runtime.tagger import golden_outputs, raw_outputs, run_tokens
from models.text.graph_tokens import GraphTokens
from models.text.tokens import EncodedTokens, TokenEncoder
from training.data.roles import Roles
from training.export import KERAS_FILE, WARMUP_BATCHES, golden_example, next_version, publish, writing
from training.onnx_files import DEV_TEXTS, check_difference, largest_difference
from training.tagging.saved_model import TaggingModule, write_tagging_model
from training.warmup import write_warmup


@dataclass(frozen=True, slots=True)
class TaggingExport:
    """What an artifact is made of. ``manifest`` still lacks its version, golden examples and files.

    Attributes:
        manifest: of the model.
        model: the network.
        encoder: the text rule with its vocabularies.
        golden_texts: to remember the answers of.
        dev_texts: to hold the ONNX file against the SavedModel by.
        render_report: given the manifest with its version and golden examples.
        onnx: the network's arrays; None where only the SavedModel is wanted.
        roles: of the rows it learned and was judged by.
    """

    manifest: Manifest
    model: keras.Model
    encoder: TokenEncoder
    golden_texts: tuple[str, ...]
    dev_texts: Sequence[str]
    render_report: Callable[[Manifest], str]
    onnx: TaggerArrays | None = None
    roles: Roles = field(default_factory=Roles)


def export_tagger(artifacts: Path, what: TaggingExport) -> Path:
    """Writes the next version of a model and gives its folder.

    Raises:
        EngramError: it cannot be written, or its files answer differently; nothing is left behind.
    """
    parent = artifacts / what.manifest.name
    with writing(parent) as folder:
        _write_model(folder, what)
        engines: list[Engine] = [SavedModelEngine(folder)]
        checks = {}
        if what.onnx is not None:
            (folder / FILES["onnx"]).write_bytes(build_onnx_tagger(what.onnx).SerializeToString())
            engines.append(OnnxEngine(folder, "onnx"))
            checks = {"onnx": _check(engines[0], engines[1], what)}
        golden = [_golden(engines, text, what.encoder) for text in what.golden_texts]
        manifest = what.manifest.model_copy(
            update={"version": next_version(parent), "golden": golden, "engines": checks}
        )
        return publish(folder, parent, manifest, what.render_report)


def _write_model(folder: Path, what: TaggingExport) -> None:
    manifest, encoder = what.manifest, what.encoder
    assert manifest.tagging is not None
    tokens = GraphTokens(manifest.text, encoder.vocabulary, encoder.characters, encoder.width)
    intents = manifest.labels if manifest.task == "joint" else []
    module = TaggingModule(
        what.model, tokens, manifest.tagging.entities, intents, manifest.calibration.temperature
    )
    write_tagging_model(module, folder)
    texts = [encoder.text.graph_input(text) for text in what.golden_texts]
    batches = [[texts[i % len(texts)] for i in range(size)] for size in WARMUP_BATCHES]
    write_warmup(folder, manifest.name, batches)
    what.model.save(folder / KERAS_FILE)
    (folder / VOCABULARY).write_text(encoder.vocabulary.to_json(), encoding="utf-8")
    what.roles.write(folder)
    if encoder.characters is not None:
        (folder / CHARACTERS).write_text(encoder.characters.to_json(), encoding="utf-8")


def _golden(engines: Sequence[Engine], text: str, encoder: TokenEncoder) -> GoldenExample:
    """The outputs of the files just written, not of the network in memory."""
    row = encoder.encode(text)
    outputs = {engine.name: golden_outputs(engine, row) for engine in engines}
    return golden_example(text, row.ids, outputs)


def _check(reference: Engine, engine: Engine, what: TaggingExport) -> EngineCheck:
    """Holds the ONNX file against the SavedModel.

    Raises:
        EngramError: it answers further away than golden examples may.
    """
    texts = [*what.golden_texts, *what.dev_texts[:: max(1, len(what.dev_texts) // DEV_TEXTS)]]
    rows: list[EncodedTokens] = [what.encoder.encode(text) for text in texts]
    expected, their_transitions = run_tokens(reference, rows)
    found, transitions = run_tokens(engine, rows)
    difference = float(np.max(np.abs(transitions - their_transitions)))
    # Forbidden ones are far below zero, and the same constants in both.
    check_difference(engine, difference, TOLERANCE)
    by_text = largest_difference(engine, map(raw_outputs, expected), map(raw_outputs, found))
    return EngineCheck(texts=len(rows), max_difference=max(difference, by_text))

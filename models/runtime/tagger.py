"""A saved tagging or joint model ready to answer: text in, entities out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.errors import ArtifactError
from models.runtime.artifact import Artifact
from models.runtime.engines.base import Engine, Ids
from models.runtime.golden import Asked, compare_golden
from models.runtime.padding import batches_by_length, pad
from models.runtime.prediction import Prediction
from models.runtime.predictor import Predictor
from models.runtime.run import MAX_ROWS
from models.runtime.tagging import TagDecoder
from models.text.plain import Encoded
from models.text.tags import tag_names
from models.text.tokens import EncodedTokens, TokenEncoder

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RowOutputs:
    """Raw outputs of one text: emissions [tokens, tags] and intents [intents], None without intents."""

    emissions: Floats
    intent_logits: Floats | None


class Tagger(Predictor):
    """One saved tagging or joint model on one engine. Thread-safe.

    Raises:
        ArtifactError: the manifest names no entities, or the engine gives other transitions than theirs.
    """

    def __init__(self, artifact: Artifact, engine: Engine) -> None:
        super().__init__(artifact, engine)
        tagging = artifact.manifest.tagging
        if tagging is None:
            raise ArtifactError(f"{artifact.path} is a tagging model, but its manifest names no entities.")
        self.tokens = TokenEncoder(
            artifact.manifest.text, artifact.vocabulary, artifact.characters, tagging.characters or 0
        )
        _, transitions = run_tokens(engine, [self.tokens.encode("")])
        tags = len(tag_names(tagging.entities))
        if transitions.shape != (tags + 1, tags + 1) or not np.isfinite(transitions).all():
            raise ArtifactError(
                f"{artifact.path}: the engine {engine.name!r} gives transitions of the shape "
                f"{transitions.shape}, or values that are not finite; {tags} tags need "
                f"{(tags + 1, tags + 1)}."
            )
        self.decoder = TagDecoder(artifact.manifest, transitions)

    def encode(self, text: str) -> EncodedTokens:
        """Tokens of one text, with their places."""
        return self.tokens.encode(text)

    def answer(self, encoded: Sequence[Encoded]) -> list[Prediction]:
        """One prediction a row, in order; rows are those of ``encode``.

        Raises:
            ArtifactError: the engine fails, or answers values that are not finite.
        """
        if not encoded:
            return []
        rows = [row for row in encoded if isinstance(row, EncodedTokens)]
        outputs, _ = run_tokens(self.engine, rows)
        for found in outputs:
            intent = found.intent_logits
            if not np.isfinite(found.emissions).all() or (
                intent is not None and not np.isfinite(intent).all()
            ):
                raise ArtifactError(
                    f"{self.artifact.path}: the engine {self.engine.name!r} answered values that are not "
                    "finite."
                )
        return [
            self.decoder.decode(row, found.emissions, found.intent_logits)
            for row, found in zip(rows, outputs, strict=True)
        ]


def run_tokens(engine: Engine, rows: Sequence[EncodedTokens]) -> tuple[list[RowOutputs], Floats]:
    """Raw outputs of each row, in order, and the transitions. Rows of like length run together."""
    results: list[RowOutputs | None] = [None] * len(rows)
    transitions: Floats | None = None
    lengths = [len(row.ids) for row in rows]
    for group in batches_by_length(lengths, max_rows=MAX_ROWS, max_cells=engine.most_cells):
        chosen = [rows[i] for i in group]
        ids, counts = pad([row.ids for row in chosen])
        outputs = engine.run(ids, counts, pad_characters(chosen, ids.shape[1]))
        if missing := {"emissions", "transitions"} - outputs.keys():
            raise ArtifactError(f"The engine {engine.name!r} gives no {' and no '.join(sorted(missing))}.")
        transitions, emissions = outputs["transitions"], outputs["emissions"]
        intents = outputs.get("intent_logits")
        for place, row in enumerate(group):
            intent = None if intents is None else intents[place]
            results[row] = RowOutputs(emissions[place, : lengths[row]], intent)
    assert transitions is not None
    return [found for found in results if found is not None], transitions


def pad_characters(rows: Sequence[EncodedTokens], width: int) -> Ids | None:
    """Right-pads the characters of rows: int32 [batch, width, n]; None where they have none."""
    first = rows[0].characters
    if first is None:
        return None
    padded = np.zeros((len(rows), width, first.shape[1]), np.int32)
    for place, row in enumerate(rows):
        assert row.characters is not None
        padded[place, : len(row.characters)] = row.characters
    return padded


def golden_outputs(engine: Engine, row: EncodedTokens) -> dict[str, Floats]:
    """What a golden example remembers of one text; transitions are the same for every text."""
    (found,), _ = run_tokens(engine, [row])
    return raw_outputs(found)


def raw_outputs(found: RowOutputs) -> dict[str, Floats]:
    """The outputs of one text by their names, each flat."""
    outputs = {"emissions": found.emissions.ravel()}
    if found.intent_logits is not None:
        outputs["intent_logits"] = found.intent_logits
    return outputs


def open_tagger(artifact: Artifact, engine: Engine) -> Tagger:
    """Makes the predictor and asks the golden examples again.

    Raises:
        ArtifactError: the transitions are not those of the tags; or see ``golden.compare_golden``.
    """
    tagger = Tagger(artifact, engine)

    def ask(text: str) -> Asked:
        row = tagger.encode(text)

        def answer(outputs: Mapping[str, npt.NDArray[np.floating]]) -> tuple[tuple[str, ...], list[int]]:
            """The tag of each token, and the best intent."""
            emissions = outputs["emissions"].reshape(len(row.ids), -1)
            found = tagger.decoder.decode(row, emissions, outputs.get("intent_logits"))
            return found.tags, found.answer.best_first[:1]

        return Asked(list(row.ids), golden_outputs(engine, row), answer)

    compare_golden(artifact, engine.name, ask)
    return tagger

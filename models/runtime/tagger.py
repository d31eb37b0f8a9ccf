"""A saved tagging or joint model ready to answer: text in, entities out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.errors import ArtifactError
from models.runtime.artifact import Artifact
from models.runtime.engines.base import Engine, Ids
from models.runtime.padding import batches_by_length, pad
from models.runtime.prediction import Prediction
from models.runtime.predictor import Predictor
from models.runtime.run import MAX_ROWS
from models.runtime.tagging import TagDecoder
from models.text.plain import Encoded
from models.text.tokens import EncodedTokens, TokenEncoder

TOLERANCE = 1e-4

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RowOutputs:
    """Raw outputs of one text: emissions [tokens, tags] and intents [intents], None without intents."""

    emissions: Floats
    intent_logits: Floats | None


class Tagger(Predictor):
    """One saved tagging or joint model on one engine. Thread-safe.

    Raises:
        ArtifactError: the engine gives no transitions.
    """

    def __init__(self, artifact: Artifact, engine: Engine) -> None:
        super().__init__(artifact, engine)
        tagging = artifact.manifest.tagging
        if tagging is None:
            raise ArtifactError(f"{artifact.path} is a tagging model, but its manifest names no entities.")
        self.tokens = TokenEncoder(
            artifact.manifest.text, artifact.vocabulary, artifact.characters, tagging.characters or 0
        )
        outputs = run_tokens(engine, [self.tokens.encode("")])
        self.decoder = TagDecoder(artifact.manifest, outputs[1])

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


def golden_outputs(engine: Engine, row: EncodedTokens) -> dict[str, list[float]]:
    """The raw outputs that a golden example remembers; transitions are the same for every text."""
    (found,), _ = run_tokens(engine, [row])
    outputs = {"emissions": found.emissions}
    if found.intent_logits is not None:
        outputs["intent_logits"] = found.intent_logits
    return {name: [float(x) for x in values.ravel()] for name, values in outputs.items()}


def open_tagger(artifact: Artifact, engine: Engine) -> Tagger:
    """Makes the predictor and asks the golden examples again.

    Raises:
        ArtifactError: a text gives other ids, or an output is more than 1e-4 away from the stored one.
    """
    tagger = Tagger(artifact, engine)
    for number, example in enumerate(artifact.manifest.golden, start=1):
        where = f"{artifact.path}: golden example {number}"
        row = tagger.encode(example.text)
        if list(row.ids) != example.ids:
            raise ArtifactError(f"{where} gives other token ids than when it was saved.")
        expected = example.outputs.get(engine.name)
        if expected is None:
            raise ArtifactError(f"{where} has no outputs for engine {engine.name!r}.")
        found = golden_outputs(engine, row)
        for name, values in expected.items():
            if len(found.get(name, [])) != len(values):
                raise ArtifactError(f"{where}: output {name!r} is missing or misshapen.")
            difference = float(np.max(np.abs(np.subtract(found[name], values)), initial=0.0))
            # Written so that a difference that is not a number is refused too.
            if not difference <= TOLERANCE:
                raise ArtifactError(
                    f"{where} answers {difference:.2g} away from what was saved (output {name!r}, at most "
                    f"{TOLERANCE:g} is allowed)."
                )
    return tagger

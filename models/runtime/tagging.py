"""From raw outputs to entities: the best well-formed tags, their places in the text, their probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.runtime.crf import Chain, Lattice, best_path
from models.runtime.decoding import Answer, decode
from models.runtime.manifest import Manifest
from models.runtime.prediction import Prediction
from models.text.plain import make_valid
from models.text.tags import spans_of, tag_names, tags_at
from models.text.tokens import EncodedTokens

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of a text with a meaning.

    Attributes:
        start, end: code points of the text as it was sent, end exclusive.
        value: what stands there.
        entity: its type.
        confidence: the probability that an entity of this type stands exactly there.
    """

    start: int
    end: int
    value: str
    entity: str
    confidence: float


@dataclass(frozen=True, slots=True)
class TaggedPrediction(Prediction):
    """What a tagging or joint model answers to one text.

    ``answer`` is that of the intents; of a plain tagging model it has no label.

    Attributes:
        entities: in the order of the text.
        forms: the tokens read, as the text rule writes them.
        tags: the tag of each token.
        confidences: the probability of each tag.
    """

    entities: tuple[Entity, ...]
    forms: tuple[str, ...]
    tags: tuple[str, ...]
    confidences: tuple[float, ...]


class TagDecoder:
    """Turns the outputs of one model into answers. Thread-safe.

    Args:
        manifest: of a tagging or joint model.
        transitions: of its network, [tags + 1, tags + 1].
    """

    def __init__(self, manifest: Manifest, transitions: Floats) -> None:
        assert manifest.tagging is not None
        self._entities = manifest.tagging.entities
        self._names = tag_names(self._entities)
        self._intents = manifest.labels if manifest.task == "joint" else []
        self._calibration = manifest.calibration
        self._chain = Chain.of(transitions)

    def decode(self, row: EncodedTokens, emissions: Floats, intent: Floats | None) -> TaggedPrediction:
        """The answer to one text.

        Args:
            row: the text.
            emissions: of its tokens, [tokens, tags].
            intent: raw outputs, [intents]; None without intents.
        """
        path = best_path(emissions, self._chain)
        lattice = Lattice.of(emissions, self._chain)
        steps = np.arange(len(path))
        found = np.minimum(lattice.marginals()[steps, path], 1.0).tolist()
        indices = path.tolist()
        entities = []
        for span in spans_of(tags_at(indices, self._entities)):
            start, end = row.spans[span.start][0], row.spans[span.end - 1][1]
            confidence = lattice.probability(path, span.start, span.end)
            entities.append(Entity(start, end, make_valid(row.text[start:end]), span.entity, confidence))
        return TaggedPrediction(
            answer=self._answer(intent, row.tokens),
            tokens=row.tokens,
            unknown_tokens=row.unknown,
            truncated=row.truncated,
            entities=tuple(entities),
            forms=row.forms,
            tags=tuple([self._names[index] for index in indices]),
            confidences=tuple(found),
        )

    def _answer(self, intent: Floats | None, tokens: int) -> Answer:
        if intent is None:
            return Answer([], [], confidence=1.0, margin=1.0, abstained=tokens == 0)
        (answer,) = decode("classification", self._intents, self._calibration, intent[None], [tokens])
        return answer


def tagged_as_dict(prediction: TaggedPrediction, labels: Sequence[str]) -> dict[str, Any]:
    """The JSON form of a prediction.

    Args:
        labels: of the model: its intents, where the prediction has one.
    """
    answer = prediction.answer
    body: dict[str, Any] = {}
    if answer.best_first:
        body["intent"] = {"name": labels[answer.best], "confidence": answer.confidence}
        body["abstained"] = answer.abstained
    body["entities"] = [
        {
            "start": entity.start,
            "end": entity.end,
            "value": entity.value,
            "entity": entity.entity,
            "confidence": entity.confidence,
        }
        for entity in prediction.entities
    ]
    body["tokens"] = prediction.tokens
    body["unknown_tokens"] = list(prediction.unknown_tokens)
    body["truncated"] = prediction.truncated
    return body

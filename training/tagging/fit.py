"""The epochs of a tagging network."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import keras
import numpy as np
import numpy.typing as npt

from models.text.spec import OTHER_ID, PADDING_ID
from models.text.tags import Span, spans_of, tags_at
from training.batching import Batch, Batches
from training.config import Config
from training.fit import EVALUATION_BATCH, EncodedRows, Fit
from training.step import NetworkSteps
from training.tagging.encode import ID, TaggedPart
from training.tagging.figures import Answers, span_counts
from training.tagging.step import TaggingSteps


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a network says of the rows of a part: the best tags of each, and the intents' raw outputs."""

    tags: tuple[npt.NDArray[np.int32], ...]
    intent_logits: npt.NDArray[np.float32]
    loss: float

    def answers(self, part: TaggedPart, entities: Sequence[str]) -> Answers:
        """The entities by code points, and the intents."""
        spans = tuple(
            entities_at(tags, places, entities) for tags, places in zip(self.tags, part.places, strict=True)
        )
        intents = self.intent_logits.argmax(axis=1) if self.intent_logits.shape[1] else None
        return Answers(spans, intents)


def entities_at(
    tags: npt.NDArray[np.integer], places: Sequence[tuple[int, int]], entities: Sequence[str]
) -> tuple[Span, ...]:
    """The entities that tags name, by code points.

    Args:
        tags: of each token, [tokens].
        places: where each token stands.
        entities: all types.
    """
    spans = spans_of(tags_at(tags.tolist(), entities))
    return tuple(Span(places[s.start][0], places[s.end - 1][1], s.entity) for s in spans)


class TaggingFit(Fit):
    """One run of training on one tagging network.

    Args:
        model: built by ``models.networks.tagger``.
        config: of the run.
        train, dev: the parts.
        entities: the types, in the order of the tags.
        seed: of the order of the batches.
    """

    def __init__(
        self,
        model: keras.Model,
        config: Config,
        train: TaggedPart,
        dev: TaggedPart,
        entities: Sequence[str],
        *,
        seed: int,
    ) -> None:
        self._dev_part, self._entities = dev, entities
        super().__init__(model, config.task, config.training, _encoded(train), _encoded(dev), seed=seed)

    def outputs(self, part: TaggedPart) -> Outputs:
        """What the network as it is now says of a part."""
        steps = self.steps
        assert isinstance(steps, TaggingSteps)
        return outputs_of(steps, part)

    def _network_steps(self, *, soft: bool) -> NetworkSteps:
        weight = self.config.intent_weight
        return TaggingSteps(self.model, self.updates, intent_weight=weight, average=self.average)

    def _batches(self, epoch: int) -> Iterator[Batch]:
        batches = self.batches.epoch(self.seed, epoch)
        share = self.config.word_dropout
        return hide_tokens(batches, share, self.seed, epoch) if share else batches

    def _judge(self) -> tuple[float, float, float]:
        """Dev loss, share of rows right in everything, and the monitored score."""
        outputs = self.outputs(self._dev_part)
        if not (math.isfinite(outputs.loss) and np.isfinite(outputs.intent_logits).all()):
            return math.nan, 0.0, -math.inf
        answers = outputs.answers(self._dev_part, self._entities)
        counts = span_counts(self._dev_part.gold, answers.spans, self._entities)
        right = counts.right
        if answers.intents is not None:
            right = right & (answers.intents == self._dev_part.intents)
        accuracy = float(right.mean())
        scores = {
            "accuracy": accuracy,
            "f1": counts.f1,
            "macro_f1": counts.macro_f1,
            "loss": -outputs.loss,
        }
        return outputs.loss, accuracy, scores[self.config.monitor]


def outputs_of(steps: TaggingSteps, part: TaggedPart) -> Outputs:
    """What a network says of a part, in batches of like length."""
    tags: list[npt.NDArray[np.int32]] = [np.empty(0, np.int32)] * len(part.rows)
    intents: npt.NDArray[np.float32] | None = None
    total = 0.0
    for batch in Batches(part.rows, part.intents, batch_size=EVALUATION_BATCH).by_length():
        paths, logits, losses = steps.answers(batch)
        if intents is None:
            intents = np.empty((len(part.rows), logits.shape[1]), np.float32)
        intents[batch.rows] = logits
        total += float(losses.sum())
        for row, path, length in zip(batch.rows.tolist(), paths, batch.lengths.tolist(), strict=True):
            tags[row] = path[:length]
    assert intents is not None
    return Outputs(tuple(tags), intents, total / len(part.rows))


def hide_tokens(batches: Iterable[Batch], share: float, seed: int, epoch: int) -> Iterator[Batch]:
    """Each token's id becomes "other" with probability ``share``; its characters stay.

    So a network learns to tag words it does not know by what stands around and in them.
    """
    random = np.random.default_rng([seed, epoch, 1])
    for batch in batches:
        ids = batch.ids[:, :, ID]
        hidden = (random.random(ids.shape, dtype=np.float32) < share) & (ids != PADDING_ID)
        numbers = batch.ids.copy()
        numbers[:, :, ID] = np.where(hidden, np.int32(OTHER_ID), ids)
        yield replace(batch, ids=numbers)


def _encoded(part: TaggedPart) -> EncodedRows:
    return EncodedRows(part.rows, part.intents)

"""What a version is asked and what it answers, counted a batch at a time."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.runtime.manifest import DataReference
from models.runtime.predictor import Prediction, Predictor
from models.runtime.tagging import TaggedPrediction
from models.text.plain import Encoded
from service.bins import ROWS, SECONDS, SHARES, bin_of
from service.tally import Block

# One number each, in this order.
SUMS = (
    "texts",
    "tokens",
    "read_tokens",
    "unknown_tokens",
    "truncated",
    "abstained",
    "confidence",
    "batches",
    "engine_seconds",
    "queue_seconds",
)
# Then the counts of histograms, by bins.
HISTOGRAMS: Mapping[str, tuple[float, ...]] = {
    "confidence": SHARES,
    "batch": ROWS,
    "engine": SECONDS,
    "queue": SECONDS,
}
KIND = "texts"


def layout(labels: int, lengths: int) -> dict[str, slice]:
    """Where in a block the numbers stand.

    Args:
        labels: how many labels the model has.
        lengths: how many limits its lengths are counted by.
    """
    places: dict[str, slice] = {}
    begin = 0
    sizes = dict.fromkeys(SUMS, 1)
    sizes |= {f"{name} bins": len(limits) + 1 for name, limits in HISTOGRAMS.items()}
    sizes |= {"label": labels, "length": lengths + 1}
    for name, size in sizes.items():
        places[name] = slice(begin, begin + size)
        begin += size
    return places


class TextTally:
    """Counts the texts of one version in this process."""

    def __init__(self, folder: Path, predictor: Predictor) -> None:
        """Makes its block.

        Args:
            folder: of the blocks.
            predictor: the version, in its folder ``NAME/VERSION``.
        """
        manifest = predictor.manifest
        self._lengths = tuple(map(float, manifest.data.length_shares))
        # Where it stands, not what its manifest says: a version may be a copy of another one.
        path = predictor.artifact.path
        header = {
            "kind": KIND,
            "model": path.parent.name,
            "version": int(path.name),
            "labels": manifest.labels,
            "lengths": self._lengths,
            "reference": reference(manifest.data, manifest.labels),
        }
        places = layout(len(manifest.labels), len(self._lengths))
        self._at = {name: place.start for name, place in places.items()}
        self._block = Block(folder, header, max(place.stop for place in places.values()))
        self._multilabel = manifest.task == "multilabel"
        self._label_at = {label: self._at["label"] + i for i, label in enumerate(manifest.labels)}

    def batch(
        self,
        rows: Sequence[Encoded],
        answers: Sequence[Prediction],
        engine_s: float,
        waits_s: Iterable[float],
    ) -> None:
        """Counts an answered batch.

        Args:
            rows: its texts.
            answers: one a row.
            engine_s: seconds it took to compute them.
            waits_s: seconds that each row had waited.
        """
        at, values = self._at, self._block.values
        with self._block.lock:
            values[at["batches"]] += 1
            values[at["engine_seconds"]] += engine_s
            values[at["engine bins"] + bin_of(SECONDS, engine_s)] += 1
            values[at["batch bins"] + bin_of(ROWS, len(rows))] += 1
            queue = at["queue bins"]
            waited = 0.0
            for wait in waits_s:
                waited += wait
                values[queue + bin_of(SECONDS, wait)] += 1
            values[at["queue_seconds"]] += waited
            self._count(rows, answers)

    def _count(self, rows: Sequence[Encoded], answers: Sequence[Prediction]) -> None:
        at, values = self._at, self._block.values
        tokens = read = unknown = truncated = abstained = 0
        confidences = 0.0
        label, length, confident = at["label"], at["length"], at["confidence bins"]
        for row, prediction in zip(rows, answers, strict=True):
            answer = prediction.answer
            tokens += row.tokens
            read += row.read
            if row.unknown:
                unknown += row.unknown_read
            truncated += row.truncated
            abstained += answer.abstained
            values[length + bin_of(self._lengths, row.tokens)] += 1
            if answer.best_first:
                confidences += answer.confidence
                values[confident + bin_of(SHARES, answer.confidence)] += 1
                if self._multilabel:
                    for score in answer.labels:
                        values[self._label_at[score.label]] += 1
                else:
                    values[label + answer.best_first[0]] += 1
            elif isinstance(prediction, TaggedPrediction):
                for entity in prediction.entities:
                    values[self._label_at[entity.entity]] += 1
        values[at["texts"]] += len(rows)
        values[at["tokens"]] += tokens
        values[at["read_tokens"]] += read
        values[at["unknown_tokens"]] += unknown
        values[at["truncated"]] += truncated
        values[at["abstained"]] += abstained
        values[at["confidence"]] += confidences


def reference(data: DataReference, labels: Sequence[str]) -> dict[str, list[float]]:
    """What the training data looked like, as the share of each bin, as far as the manifest holds it."""
    known: dict[str, Any] = {}
    if data.length_shares:
        known["length"] = [*data.length_shares.values(), max(0.0, 1.0 - sum(data.length_shares.values()))]
    if data.label_share:
        shares = [data.label_share.get(label, 0.0) for label in labels]
        # With several labels a text they add up to more than 1.
        known["label"] = [share / (sum(shares) or 1.0) for share in shares]
        known["unknown"] = [1.0 - data.unknown_rate, data.unknown_rate]
    return known

"""From the blocks of all processes to Prometheus' metrics."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from service.bins import SECONDS, cumulated, names_of
from service.drift import LEAST_TEXTS, stability_index
from service.tally import Reading, read_blocks
from service.text_tally import HISTOGRAMS, KIND, layout
from service.versions import VersionStatus

REQUESTS, WORKER = "requests", "worker"

_MODEL = ["model", "version"]
_COUNTERS = {
    "texts": ("engram_texts", "Texts answered."),
    "tokens": ("engram_tokens", "Tokens of the texts, before truncation."),
    "read_tokens": ("engram_read_tokens", "Tokens that the network read."),
    "unknown_tokens": ("engram_unknown_tokens", "Tokens read that training never saw."),
    "truncated": ("engram_truncated_texts", "Texts that were longer than the model reads."),
    "abstained": ("engram_abstained_texts", "Texts for which the model was not sure enough, or empty ones."),
}
_HISTOGRAMS = {
    "confidence": ("engram_confidence", "Probability of the best label, by text.", "confidence"),
    "batch": ("engram_batch_rows", "Texts computed together.", "texts"),
    "engine": ("engram_engine_seconds", "Seconds to compute a batch.", "engine_seconds"),
    "queue": ("engram_queue_seconds", "Seconds a text waited to be computed.", "queue_seconds"),
}


@dataclass
class _Texts:
    """The sums of one version over all processes."""

    header: dict[str, Any]
    values: list[float]

    def at(self, name: str) -> list[float]:
        places = layout(len(self.header["labels"]), len(self.header["lengths"]))
        return self.values[places[name]]

    def one(self, name: str) -> float:
        (value,) = self.at(name)
        return value

    @property
    def key(self) -> list[str]:
        return [self.header["model"], str(self.header["version"])]


class TallyCollector(Collector):
    """Adds the blocks up at a scrape.

    Args:
        folder: of the blocks.
        versions: the statuses of this worker's versions, by model.
    """

    def __init__(self, folder: Path, versions: Mapping[str, Sequence[VersionStatus]]) -> None:
        self._folder = folder
        self._versions = versions

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        kinds: dict[str, list[Reading]] = defaultdict(list)
        for reading in read_blocks(self._folder):
            kinds[reading.header["kind"]].append(reading)
        yield from _requests(kinds[REQUESTS])
        in_flight = sum(reading.values[0] for reading in kinds[WORKER] if reading.alive)
        # The scrape itself is answered meanwhile.
        yield GaugeMetricFamily(
            "engram_requests_in_flight", "Requests being answered, without this one.", max(0.0, in_flight - 1)
        )
        texts = _by_version(kinds[KIND])
        yield from _text_families(texts)
        yield from _drift_families(texts)
        states = GaugeMetricFamily(
            "engram_version_state",
            "1 for the state of each version, in TensorFlow Serving's words, as the scraped worker sees it.",
            labels=[*_MODEL, "state"],
        )
        for name, statuses in self._versions.items():
            for status in statuses:
                states.add_metric([name, str(status.version), status.state], 1)
        yield states


def _requests(readings: Iterable[Reading]) -> Iterator[Metric]:
    answered: dict[tuple[str, ...], float] = defaultdict(float)
    seconds: dict[str, list[float]] = defaultdict(lambda: [0.0] * (len(SECONDS) + 2))
    for reading in readings:
        key = tuple(reading.header["key"])
        answered[key] += sum(reading.values[1:])
        _add(seconds[key[0]], reading.values)
    requests = CounterMetricFamily(
        "engram_requests", "Requests answered.", labels=["route", "status", "model", "version"]
    )
    for key, number in sorted(answered.items()):
        requests.add_metric(list(key), number)
    yield requests
    latency = HistogramMetricFamily(
        "engram_request_seconds",
        "Seconds from a request's arrival in the application to its answer.",
        labels=["route"],
    )
    for route, values in sorted(seconds.items()):
        latency.add_metric([route], cumulated(values[1:], SECONDS), values[0])
    yield latency


def _by_version(readings: Iterable[Reading]) -> list[_Texts]:
    """The sums; where a version was replaced by another of the same number, what was counted first goes."""
    found: dict[tuple[str, ...], _Texts] = {}
    for reading in readings:
        header = reading.header
        key = (header["model"], str(header["version"]))
        same = found.get(key)
        if same is None or len(same.values) != len(reading.values):
            found[key] = _Texts(header, list(reading.values))
        else:
            _add(same.values, reading.values)
    return [found[key] for key in sorted(found)]


def _text_families(texts: Sequence[_Texts]) -> Iterator[Metric]:
    for name, (metric, help_text) in _COUNTERS.items():
        counter = CounterMetricFamily(metric, help_text, labels=_MODEL)
        for each in texts:
            counter.add_metric(each.key, each.one(name))
        yield counter
    for name, (metric, help_text, total) in _HISTOGRAMS.items():
        histogram = HistogramMetricFamily(metric, help_text, labels=_MODEL)
        for each in texts:
            buckets = cumulated(each.at(f"{name} bins"), HISTOGRAMS[name])
            histogram.add_metric(each.key, buckets, each.one(total))
        yield histogram
    labels = CounterMetricFamily("engram_labels", "Labels answered.", labels=[*_MODEL, "label"])
    lengths = CounterMetricFamily(
        "engram_text_lengths", "Texts by their tokens: at most those of the bin.", labels=[*_MODEL, "bin"]
    )
    for each in texts:
        for label, number in zip(each.header["labels"], each.at("label"), strict=True):
            labels.add_metric([*each.key, label], number)
        for name, number in zip(names_of(each.header["lengths"]), each.at("length"), strict=True):
            lengths.add_metric([*each.key, name], number)
    yield from (labels, lengths)


def _drift_families(texts: Sequence[_Texts]) -> Iterator[Metric]:
    drift = GaugeMetricFamily(
        "engram_drift_psi",
        "Population stability index against the training data, over all texts since the start, from "
        f"{LEAST_TEXTS} on; above 0.25 much has changed.",
        labels=[*_MODEL, "feature"],
    )
    expected = GaugeMetricFamily(
        "engram_reference_share",
        "Share of the training data in each bin of a feature, to compute drift over any time.",
        labels=[*_MODEL, "feature", "bin"],
    )
    for each in texts:
        unknown = each.one("unknown_tokens")
        seen = {
            "length": (names_of(each.header["lengths"]), each.at("length")),
            "label": (each.header["labels"], each.at("label")),
            "unknown": (["known", "unknown"], [each.one("read_tokens") - unknown, unknown]),
        }
        for feature, shares in each.header["reference"].items():
            names, counts = seen[feature]
            for name, share in zip(names, shares, strict=True):
                expected.add_metric([*each.key, feature, name], share)
            if each.one("texts") >= LEAST_TEXTS and any(counts):
                drift.add_metric([*each.key, feature], stability_index(shares, counts))
    yield from (drift, expected)


def _add(into: list[float], values: Iterable[float]) -> None:
    for index, value in enumerate(values):
        into[index] += value

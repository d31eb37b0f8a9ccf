"""Parts of the judged rows: how the network and its baseline do on each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from models.runtime.manifest import Interval, Manifest
from training.report.verdict import judged_evaluation
from training.report.wilson import wilson

SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice.

    Attributes:
        group: what the rows are told apart by.
        name: of the slice.
        n: rows in it.
        figures: of each model, the network's first; None where that model was not asked.
        interval: of the network's figure.
        margin: of the network over the baseline; None without one.
    """

    group: str
    name: str
    n: int
    figures: Mapping[str, float | None]
    interval: Interval
    margin: float | None


@dataclass(frozen=True, slots=True)
class LabelRow:
    """The figures of one label.

    Attributes:
        place: of the label among those of the model.
        interval: of the recall, which is the accuracy on the label's rows.
        threshold: from which probability on the label is answered (multilabel).
    """

    place: int
    label: str
    n: int
    precision: float
    recall: float
    f1: float
    interval: Interval
    baseline_recall: float | None
    threshold: float


def grouped(found: Iterable[Slice]) -> list[tuple[str, list[Slice]]]:
    """Neighbouring slices of the same group together, with its name."""
    return [(group, list(members)) for group, members in groupby(found, lambda one: one.group)]


def slices(manifest: Manifest) -> list[Slice]:
    """By length, unknown words, negation and, where the config names a column for it, source."""
    found = [
        _slice(row.group, row.name, row.n, dict(row.accuracy)) for row in manifest.robustness if row.group
    ]
    models = list(found[0].figures) if found else ["network", *(["baseline"] if manifest.baseline else [])]
    theirs = manifest.baseline.slices if manifest.baseline else {}
    for name, figures in judged_evaluation(manifest).slices.items():
        known = {"network": figures["accuracy"], "baseline": theirs.get(name, {}).get("accuracy")}
        found.append(_slice(SOURCE, name, int(figures["n"]), {model: known.get(model) for model in models}))
    return found


def label_rows(manifest: Manifest) -> list[LabelRow]:
    """Every label, the lowest F1 first; those that no row has, and that are not judged, last."""
    thresholds = dict(zip(manifest.labels, manifest.calibration.thresholds or [], strict=False))
    theirs = manifest.baseline.per_class if manifest.baseline else {}
    rows = []
    for place, (label, found) in enumerate(judged_evaluation(manifest).per_class.items()):
        rows.append(
            LabelRow(
                place=place,
                label=label,
                n=int(found["n"]),
                precision=found["precision"],
                recall=found["recall"],
                f1=found["f1"],
                interval=wilson(found["recall"], found["n"]),
                baseline_recall=theirs.get(label, {}).get("recall"),
                threshold=thresholds.get(label, 0.5),
            )
        )
    return sorted(rows, key=lambda row: (not row.n, row.f1))


def _slice(group: str, name: str, n: int, figures: Mapping[str, float | None]) -> Slice:
    network, baseline = figures["network"], figures.get("baseline")
    assert network is not None
    margin = None if baseline is None else network - baseline
    return Slice(group, name, n, figures, wilson(network, n), margin)

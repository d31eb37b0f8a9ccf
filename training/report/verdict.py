"""What the held-out rows say: the network, the baseline, and how far apart they are."""

from dataclasses import dataclass
from typing import Literal

from models.runtime.manifest import TAGGING, Evaluation, Interval, Manifest, main_metric
from training.margin import margin

Outcome = Literal["better", "unclear", "worse", "alone"]

_MEANINGS = {
    "accuracy": ("Accuracy", "share of rows answered rightly"),
    "macro_f1": (
        "Macro F1",
        "mean F1 of the labels, each counting the same, without those that no row and no answer has",
    ),
    "micro_f1": ("Micro F1", "F1 over all pairs of row and label"),
    "f1": ("F1 of entities", "both ends and the type right"),
    "precision": ("Precision", "share of the answered entities that are right"),
    "recall": ("Recall", "share of the entities that are answered rightly"),
    "intent_accuracy": ("Accuracy of the intent", "share of texts with the right intent"),
    "roc_auc": ("ROC AUC", "share of right and wrong pairs in the right order"),
    "ece": ("Calibration error", "mean distance of confidence and accuracy; lower is better"),
}
_EXACT = "share of rows with exactly the right labels"


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric of both models. ``margin``: see ``training.margin``."""

    name: str
    title: str
    meaning: str
    network: Interval
    baseline: Interval | None
    margin: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Accuracy in words. ``margin`` is that of the network over the baseline on the same rows."""

    accuracy: Interval
    baseline: Interval | None
    margin: Interval | None
    outcome: Outcome
    sentence: str


def judged_evaluation(manifest: Manifest) -> Evaluation:
    """The network on test, or on dev where there is no test part."""
    return manifest.dev if manifest.test is None else manifest.test


def verdict(manifest: Manifest) -> Verdict:
    """The network's accuracy, or the F1 of its entities, against the baseline's."""
    name = main_metric(manifest.task)
    accuracy = judged_evaluation(manifest).metrics[name]
    baseline = manifest.baseline.metrics[name] if manifest.baseline else None
    if baseline is None:
        return Verdict(
            accuracy, None, None, "alone", "No baseline was fitted, so nothing says what the network adds."
        )
    paired = manifest.margin
    if paired is None:
        raise ValueError("a manifest with a baseline has the margin between the two")
    outcome, words = _outcome(paired)
    return Verdict(accuracy, baseline, paired, outcome, words)


def _outcome(paired: Interval) -> tuple[Outcome, str]:
    """What the 95 % interval of the margin allows to say."""
    if paired.low > 0:
        return (
            "better",
            "The network beats the baseline: the whole 95 % interval of the margin is above zero.",
        )
    if paired.high < 0:
        return (
            "worse",
            "The network does not beat the baseline: the whole 95 % interval of the margin is below zero.",
        )
    return (
        "unclear",
        "The network does not clearly beat the baseline: the 95 % interval of the margin holds zero.",
    )


def metric_rows(manifest: Manifest) -> list[MetricRow]:
    """Every metric of the network, with the baseline's and the margin where it has them."""
    theirs = manifest.baseline.metrics if manifest.baseline else {}
    rows = []
    for name, network in judged_evaluation(manifest).metrics.items():
        title, meaning = _MEANINGS.get(name, (name, ""))
        if name == "accuracy" and manifest.task == "multilabel":
            meaning = _EXACT
        if name == "accuracy" and manifest.task in TAGGING:
            title, meaning = "Texts all right", "every entity, and the intent if there is one"
        baseline = theirs.get(name)
        ahead = None if baseline is None else margin(name, network.value, baseline.value)
        rows.append(MetricRow(name, title, meaning, network, baseline, ahead))
    return rows

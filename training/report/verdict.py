"""What the held-out rows say: the network, the baseline, and how far apart they are."""

from dataclasses import dataclass
from typing import Literal

from models.runtime.decoding import probabilities
from models.runtime.manifest import TAGGING, Evaluation, Interval, Manifest, main_metric
from training.report.material import JudgedRows

Outcome = Literal["better", "unclear", "worse", "alone"]

_MEANINGS = {
    "accuracy": ("Accuracy", "share of rows answered rightly"),
    "macro_f1": ("Macro F1", "mean F1 of the labels, each counting the same"),
    "micro_f1": ("Micro F1", "F1 over all pairs of row and label"),
    "f1": ("F1 of entities", "both ends and the type right"),
    "precision": ("Precision", "share of the answered entities that are right"),
    "recall": ("Recall", "share of the entities that are answered rightly"),
    "intent_accuracy": ("Accuracy of the intent", "share of texts with the right intent"),
    "roc_auc": ("ROC AUC", "share of right and wrong pairs in the right order"),
    "ece": ("Calibration error", "mean distance of confidence and accuracy; lower is better"),
}
_LOWER_IS_BETTER = ("ece",)
_EXACT = "share of rows with exactly the right labels"


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric of both models. ``margin`` is above 0 where the network is better."""

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


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the abstention threshold does to a part of the data; ``accuracy`` is that of the answered rows."""

    split: str
    answered: float
    accuracy: float | None


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


def _outcome(margin: Interval) -> tuple[Outcome, str]:
    """What the 95 % interval of the margin allows to say."""
    if margin.low > 0:
        return (
            "better",
            "The network beats the baseline: the whole 95 % interval of the margin is above zero.",
        )
    if margin.high < 0:
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
        margin = None if baseline is None else network.value - baseline.value
        if margin is not None and name in _LOWER_IS_BETTER:
            margin = -margin
        rows.append(MetricRow(name, title, meaning, network, baseline, margin))
    return rows


def coverages(manifest: Manifest, judged: JudgedRows) -> list[Coverage]:
    """Classification: share and accuracy of the rows that are answered, on dev and on the judged rows."""
    if manifest.task == "multilabel":
        return []
    calibration = manifest.calibration
    p = probabilities("classification", judged.logits, calibration.temperature)
    answered = (p.max(axis=1) >= calibration.abstain_below) & (judged.lengths > 0)
    right = p.argmax(axis=1) == judged.targets
    here = Coverage(
        judged.split, float(answered.mean()), float(right[answered].mean()) if answered.any() else None
    )
    if judged.split == "dev" or calibration.dev_answered is None:
        return [here]
    return [Coverage("dev", calibration.dev_answered, calibration.dev_accuracy_answered), here]

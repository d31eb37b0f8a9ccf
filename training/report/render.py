"""The report: one HTML page that holds everything it shows and asks nothing of any network."""

from typing import Any

from models.runtime.manifest import Manifest
from training.perturb import NEGATIONS_CHINESE, NEGATIONS_ENGLISH
from training.report import card, plots
from training.report.abstention_plot import coverage_plot
from training.report.confusion import MOST_IN_TABLE, most_confused, row_shares
from training.report.environment import template
from training.report.material import ReportMaterial
from training.report.memory_plot import memory_plots
from training.report.mistakes import worst_label_mistakes, worst_mistakes
from training.report.reliability import reliability
from training.report.sides import sides
from training.report.svg import Plot
from training.report.verdict import coverages, judged_evaluation, metric_rows, verdict


def render_report(material: ReportMaterial) -> str:
    """The page as a string that UTF-8 can hold; the same bytes for the same material."""
    manifest, judged, history = material.manifest, material.judged, material.history
    multilabel = manifest.task == "multilabel"
    worst = worst_label_mistakes if multilabel else worst_mistakes
    uncalibrated = reliability(manifest.task, judged.logits, judged.targets, 1.0)
    calibrated = reliability(manifest.task, judged.logits, judged.targets, manifest.calibration.temperature)
    return template("page.html.j2").render(
        card=card,
        manifest=manifest,
        history=history,
        judged=judged,
        evaluation=judged_evaluation(manifest),
        multilabel=multilabel,
        verdict=verdict(manifest),
        metrics=metric_rows(manifest),
        labels_by_f1=_labels_by_f1(manifest),
        slices=_slices(manifest),
        sides=sides(manifest),
        coverages=coverages(manifest, judged),
        coverage_plots=_coverage_plots(manifest),
        negations=", ".join([*NEGATIONS_ENGLISH, "words in n't", *NEGATIONS_CHINESE]),
        unknown_labels=0 if multilabel else int((judged.targets < 0).sum()),
        mistakes=worst(manifest.labels, manifest.calibration, judged),
        uncalibrated=uncalibrated,
        calibrated=calibrated,
        calibration_plots=[
            plots.reliability_plot(uncalibrated, "Before (temperature 1)"),
            plots.reliability_plot(calibrated, f"After (temperature {calibrated.temperature:.2f})"),
        ],
        learning_plots=[
            plots.loss_plot(history),
            plots.score_plot(history, manifest.config.get("training", {}).get("monitor", "score")),
            *memory_plots(manifest.training),
        ],
        text_plots=[
            plots.length_plot(judged, manifest.data, manifest.text.max_length),
            plots.unknown_plot(judged, manifest.data),
        ],
        **_confusion(manifest),
    )


def _coverage_plots(manifest: Manifest) -> list[Plot]:
    if not manifest.abstention:
        return []
    return [coverage_plot(manifest.abstention, manifest.calibration.abstain_below)]


def _confusion(manifest: Manifest) -> dict[str, Any]:
    """Up to ``MOST_IN_TABLE`` labels the whole table, else the worst pairs and a compact map."""
    counts = judged_evaluation(manifest).confusion
    found: dict[str, Any] = {"confusion": [], "shares": [], "confused": [], "confusion_map": None}
    if counts and len(manifest.labels) <= MOST_IN_TABLE:
        return found | {"confusion": counts, "shares": row_shares(counts).tolist()}
    if counts:
        pairs = most_confused(manifest.labels, counts)
        return found | {"confused": pairs, "confusion_map": plots.confusion_plot(counts)}
    return found


def _labels_by_f1(manifest: Manifest) -> list[tuple[str, dict[str, float], float | None]]:
    """(label, its figures, its threshold), the worst first."""
    threshold = dict(zip(manifest.labels, manifest.calibration.thresholds or [], strict=False))
    found = judged_evaluation(manifest).per_class
    return [
        (label, found[label], threshold.get(label))
        for label in sorted(found, key=lambda name: found[name]["f1"])
    ]


def _slices(manifest: Manifest) -> list[tuple[str, dict[str, float], float | None]]:
    """(slice, the network's figures, the baseline's accuracy)."""
    theirs = manifest.baseline.slices if manifest.baseline else {}
    return [
        (name, figures, theirs.get(name, {}).get("accuracy"))
        for name, figures in judged_evaluation(manifest).slices.items()
    ]

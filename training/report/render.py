"""The report: one HTML page that holds everything it shows and asks nothing of any network."""

from typing import Any

from models.runtime.manifest import Manifest
from training.history import History
from training.perturb import NEGATIONS_CHINESE, NEGATIONS_ENGLISH
from training.report import card, plots
from training.report.answered import confidence_parts, confusion_parts, text_parts
from training.report.environment import template
from training.report.limits import limits
from training.report.material import ReportMaterial
from training.report.memory_plot import memory_plots
from training.report.places import places
from training.report.sides import sides
from training.report.slices import grouped, label_rows, slices
from training.report.verdict import judged_evaluation, metric_rows, verdict

_SECTIONS = {
    "card": "Model card",
    "metrics": "Metrics",
    "slices": "Slices",
    "confusions": "Confusions",
    "confidence": "Confidence",
    "mistakes": "Mistakes",
    "words": "Words",
    "learning": "Learning",
    "texts": "Texts",
    "data": "Data",
    "config": "Config",
    "reproduce": "Reproduce",
}


def render_report(material: ReportMaterial) -> str:
    """The page as a string that UTF-8 can hold; the same bytes for the same material."""
    manifest, judged = material.manifest, material.judged
    multilabel = manifest.task == "multilabel"
    texts = text_parts(manifest, judged, material.baseline, material.conflicts, material.pairs)
    confusions = confusion_parts(manifest.labels, judged_evaluation(manifest).confusion)
    # Several labels a text have no table, and without a wrong one no examples either.
    empty = multilabel and not texts["cells"]
    return template("page.html.j2").render(
        sections={id: name for id, name in _SECTIONS.items() if not (empty and id == "confusions")},
        measure="",
        noun="label",
        slice_measure="Share of rows with exactly the right labels" if multilabel else "Accuracy",
        multilabel=multilabel,
        part=judged.split,
        changed=[row for row in manifest.robustness if row.group is None],
        labels=label_rows(manifest),
        slices=grouped(slices(manifest)),
        negations=", ".join([*NEGATIONS_ENGLISH, "words in n't", *NEGATIONS_CHINESE]),
        words=material.words,
        text_plots=[
            plots.length_plot(judged, manifest.data, manifest.text.max_length),
            plots.unknown_plot(judged, manifest.data),
        ],
        **run_parts(manifest, material.history),
        **confidence_parts(manifest, judged, material.dev),
        **confusions,
        **texts,
    )


def run_parts(manifest: Manifest, history: History) -> dict[str, Any]:
    """What every page shows of a run."""
    return {
        "card": card,
        "place": places(manifest),
        "manifest": manifest,
        "history": history,
        "limits": limits(manifest),
        "evaluation": judged_evaluation(manifest),
        "verdict": verdict(manifest),
        "metrics": metric_rows(manifest),
        "sides": sides(manifest),
        "learning_plots": [
            plots.loss_plot(history),
            plots.score_plot(history, manifest.config.get("training", {}).get("monitor", "score")),
            *memory_plots(manifest.training),
        ],
    }

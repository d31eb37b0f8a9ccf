"""The sentence a reviewer reads first, and the figures behind it."""

import numpy as np
import pytest

from models.runtime.manifest import Evaluation, Interval
from training.report.material import ReportMaterial
from training.report.verdict import coverages, metric_rows, verdict


def _with_accuracies(material: ReportMaterial, network: Interval, baseline: float | None):
    judged = Evaluation(n=10, metrics={"accuracy": network})
    other = Interval(value=baseline or 0.0, low=0.0, high=1.0)
    line = None if baseline is None else Evaluation(n=10, metrics={"accuracy": other})
    return material.manifest.model_copy(update={"test": judged, "baseline": line})


@pytest.mark.parametrize(
    ("baseline", "outcome", "words"),
    [
        (0.849, "better", "beats the baseline"),
        (0.85, "unclear", "No clear difference"),
        (0.9, "unclear", "No clear difference"),
        (0.901, "worse", "baseline beats the network"),
        (None, "alone", "No baseline"),
    ],
)
def test_outcome_holds_the_baseline_against_the_interval_of_the_network(
    baseline, outcome, words, make_material
) -> None:
    accuracy = Interval(value=0.88, low=0.85, high=0.9)
    found = verdict(_with_accuracies(make_material(), accuracy, baseline))
    assert found.outcome == outcome
    assert words in found.sentence
    assert found.margin == (None if baseline is None else pytest.approx(0.88 - baseline))


def test_margin_of_an_error_is_above_zero_where_the_network_has_less(make_material) -> None:
    manifest = make_material().manifest
    less = manifest.test.model_copy(update={"metrics": {"ece": Interval(value=0.02, low=0.01, high=0.03)}})
    more = manifest.test.model_copy(update={"metrics": {"ece": Interval(value=0.05, low=0.04, high=0.06)}})
    (row,) = metric_rows(manifest.model_copy(update={"test": less, "baseline": more}))
    assert row.margin == pytest.approx(0.03)


def test_metrics_the_baseline_lacks_have_no_margin(make_material) -> None:
    manifest = make_material().manifest
    bare = manifest.baseline.model_copy(
        update={"metrics": {"accuracy": manifest.baseline.metrics["accuracy"]}}
    )
    rows = {row.name: row for row in metric_rows(manifest.model_copy(update={"baseline": bare}))}
    assert rows["accuracy"].margin is not None
    assert rows["macro_f1"].margin is None
    assert rows["macro_f1"].baseline is None


def test_coverage_counts_rows_at_the_threshold_that_have_a_token(make_material) -> None:
    material = make_material(rows=4, temperature=1.0)
    # Confidences: 0.95, 0.88, 0.62 and 0.55; the threshold is 0.6; the last two rows are answered wrongly.
    material.judged.logits[:] = [[3.0, 0.0], [0.0, 2.0], [0.5, 0.0], [0.2, 0.0]]
    material.judged.targets[:] = [0, 1, 1, 1]
    dev, test = coverages(material.manifest, material.judged)
    assert (dev.split, dev.answered, dev.accuracy) == ("dev", 0.95, 0.9)
    assert (test.split, test.answered, test.accuracy) == ("test", 0.75, pytest.approx(2 / 3))
    material.judged.lengths[0] = 0
    assert coverages(material.manifest, material.judged)[1].answered == 0.5


def test_coverage_without_any_answer_has_no_accuracy(make_material) -> None:
    material = make_material(split="dev")
    material.judged.logits[:] = np.zeros(2)
    (dev,) = coverages(material.manifest, material.judged)
    assert (dev.answered, dev.accuracy) == (0.0, None)

"""The sentence a reviewer reads first, and the figures behind it."""

import pytest

from models.runtime.manifest import Interval
from training.report.verdict import metric_rows, verdict


@pytest.mark.parametrize(
    ("low", "high", "outcome", "words"),
    [
        (0.001, 0.05, "better", "beats the baseline"),
        (0.0, 0.05, "unclear", "does not clearly beat the baseline"),
        (-0.02, 0.03, "unclear", "does not clearly beat the baseline"),
        (-0.05, -0.001, "worse", "does not beat the baseline"),
    ],
)
def test_outcome_is_what_the_interval_of_the_margin_allows_to_say(
    low, high, outcome, words, make_material
) -> None:
    margin = Interval(value=(low + high) / 2, low=low, high=high)
    found = verdict(make_material().manifest.model_copy(update={"margin": margin}))
    assert found.outcome == outcome
    assert words in found.sentence
    assert found.margin == margin


def test_without_a_baseline_there_is_nothing_to_say(make_material) -> None:
    found = verdict(make_material(baseline=False).manifest)
    assert (found.outcome, found.margin) == ("alone", None)
    assert "No baseline" in found.sentence


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

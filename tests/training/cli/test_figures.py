import io
from pathlib import Path

import pytest
from rich.console import Console

from models.figures import in_percent
from models.runtime.artifact import open_artifact
from models.runtime.manifest import Interval, Manifest
from training.cli.figures import comparison_table, sentences
from training.report.figures import figure, percent, signed
from training.report.verdict import metric_rows


@pytest.fixture(scope="module")
def manifest(tiny_artifact: Path) -> Manifest:
    return open_artifact(tiny_artifact).manifest


def shown(manifest: Manifest) -> list[str]:
    console = Console(file=io.StringIO(), width=80, markup=False)
    console.print(comparison_table(manifest))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_network_baseline_and_margin_of_the_accuracy_stand_in_one_line(manifest: Manifest) -> None:
    assert manifest.test is not None
    assert manifest.baseline is not None
    assert manifest.margin is not None
    (line,) = [line for line in shown(manifest) if line.lstrip().startswith("accuracy")]
    network, baseline = manifest.test.metrics["accuracy"].value, manifest.baseline.metrics["accuracy"].value
    for part in (
        f"{in_percent(network)} [",
        f"{in_percent(baseline)} ",
        f"{in_percent(manifest.margin.value, signed=True)} [",
    ):
        assert part in line


def test_every_slice_has_a_line(manifest: Manifest) -> None:
    lines = "\n".join(shown(manifest))
    assert "in long (" in lines
    assert "in short (" in lines


def test_without_a_baseline_only_the_network_is_shown(manifest: Manifest) -> None:
    alone = manifest.model_copy(update={"baseline": None, "margin": None})
    (line,) = [line for line in shown(alone) if line.lstrip().startswith("macro F1")]
    assert line.count("[") == 1
    assert "+" not in line


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(-0.2, -0.1, "does not beat"), (-0.1, 0.1, "does not clearly beat")]
)
def test_a_network_that_does_not_beat_its_baseline_is_told_so(
    manifest: Manifest, low: float, high: float, verdict: str
) -> None:
    worse = manifest.model_copy(update={"margin": Interval(value=low, low=low, high=high)})
    first, *others = sentences(worse)
    assert verdict in first
    assert len(others) == 2 + len(manifest.robustness)
    assert all(facts.name in other for facts, other in zip(manifest.baselines, others, strict=False))


def test_the_order_gap_is_shown_for_both_models(manifest: Manifest) -> None:
    (line,) = [line for line in sentences(manifest) if line.startswith("words shuffled")]
    row = next(row for row in manifest.robustness if row.name == "words shuffled")
    assert row.unchanged is not None
    for model in ("network", "baseline"):
        gap = in_percent(row.accuracy[model] - row.unchanged[model], signed=True)
        assert f"{model} {in_percent(row.accuracy[model])}% ({gap} points)" in line


def test_the_margin_of_an_error_is_above_zero_where_the_network_has_less_as_in_the_report(
    manifest: Manifest,
) -> None:
    changed = with_figure(manifest, "ece", network=0.0249, baseline=0.0393)
    (line,) = [line for line in shown(changed) if line.lstrip().startswith("calibration error")]
    assert line.rstrip().endswith(" +1.4")
    (row,) = [row for row in metric_rows(changed) if row.name == "ece"]
    assert row.margin is not None
    assert signed(row.margin) == "+0.014"


def test_a_figure_is_the_same_in_the_table_and_in_the_report(manifest: Manifest) -> None:
    changed = with_figure(manifest, "accuracy", network=0.88249, baseline=0.8825)
    (line,) = [line for line in shown(changed) if line.lstrip().startswith("accuracy")]
    assert "88.2 [" in line
    assert " 88.3 " in line
    for value, on_page in ((0.88249, ("88.2\u00a0%", "0.882")), (0.8825, ("88.3\u00a0%", "0.883"))):
        assert (percent(value), figure(value)) == on_page
    assert any(line.rstrip().endswith("margin (points)") for line in shown(changed))


def with_figure(manifest: Manifest, metric: str, *, network: float, baseline: float) -> Manifest:
    """The manifest with other figures of one metric."""
    assert manifest.test is not None
    assert manifest.baseline is not None
    parts = {"test": (manifest.test, network), "baseline": (manifest.baseline, baseline)}
    return manifest.model_copy(
        update={
            name: part.model_copy(
                update={"metrics": part.metrics | {metric: Interval(value=value, low=value, high=value)}}
            )
            for name, (part, value) in parts.items()
        }
    )

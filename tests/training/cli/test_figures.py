import io
from pathlib import Path

import pytest
from rich.console import Console

from models.runtime.artifact import open_artifact
from models.runtime.manifest import Interval, Manifest
from training.cli.figures import comparison_table, sentences


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
    for figure in (
        f"{network * 100:.2f} [",
        f"{baseline * 100:.2f} ",
        f"{manifest.margin.value * 100:+.2f} [",
    ):
        assert figure in line


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
        gap = (row.accuracy[model] - row.unchanged[model]) * 100
        assert f"{model} {row.accuracy[model]:.2%} ({gap:+.1f})" in line

import io
from pathlib import Path

import pytest
from rich.console import Console

from models.runtime.artifact import open_artifact
from models.runtime.manifest import Manifest
from training.cli.figures import comparison_table


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

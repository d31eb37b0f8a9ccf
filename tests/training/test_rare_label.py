"""A label with two rows: every way of weighing it, from the split to the saved model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.runtime.artifact import open_artifact

RunCli = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("leave_no_determinism")


@pytest.mark.parametrize(
    "values",
    [
        ("model.wide=true", "training.class_weight=balanced", "training.monitor=macro_f1"),
        ("training.sampling=balanced", "training.loss=focal"),
    ],
)
def test_a_label_of_two_rows_is_learned_and_judged(
    engram: RunCli, config_file: Path, values: tuple[str, ...]
) -> None:
    with (config_file.parent / "rows.csv").open("a") as file:
        file.write("a thing of its own,rare\nanother thing of its own,rare\n")
    result = engram("train", config_file, "--set=training.epochs=1", *(f"--set={value}" for value in values))
    assert result.code == 0, result.err
    manifest = open_artifact(Path(result.out.strip())).manifest
    assert "rare" in manifest.labels
    assert manifest.test is not None
    assert set(manifest.test.per_class) == {"no", "rare", "yes"}
    judged = manifest.dev.per_class["rare"]["n"] + manifest.test.per_class["rare"]["n"]
    assert judged < 2, "one of the two rows is there to learn from"

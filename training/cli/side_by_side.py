"""Saved models on one labelled file: accuracy, and whether it differs from the first model's by chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import InputError
from models.runtime.manifest import Interval

if TYPE_CHECKING:
    from models.runtime.predictor import Predictor
    from training.significance import Paired


@dataclass(frozen=True, slots=True)
class OnFile:
    """One model on the file. ``against_first`` is None for the first model itself."""

    n: int
    accuracy: Interval
    against_first: "Paired | None"

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able copy."""
        pair = self.against_first
        return {
            "n": self.n,
            "accuracy": self.accuracy.model_dump(),
            "against_first": pair
            and {
                "margin": pair.margin.model_dump(),
                "this_only": pair.first_only,
                "first_only": pair.second_only,
                "p": pair.p,
            },
        }


def on_file(
    predictors: Sequence["Predictor"], data: Path, text_column: str | None, label_column: str | None
) -> list[OnFile]:
    """Asks every model every row.

    Raises:
        DataError: the file cannot be used, or a model knows none of its labels.
        InputError: two models read different texts from the file.
    """
    from training.bootstrap import Resamples, accuracy_of, interval
    from training.score_rows import labelled_rows, learned_rows, right_answers
    from training.significance import paired

    found: list[OnFile] = []
    first_texts, first_right = None, None
    for predictor in predictors:
        rows = labelled_rows(predictor.manifest, data, text_column, label_column)
        if first_texts is not None and rows.texts != first_texts:
            raise InputError(
                f"{predictor.manifest.name} reads other texts from {data} than the first model, as it was "
                "trained with other columns; name them by --text-column and --label-column."
            )
        learned_rows(predictor, rows.texts)
        right = right_answers(predictor, rows)
        against: Paired | None = None if first_right is None else paired(right, first_right, seed=0)
        found.append(OnFile(len(rows), interval(accuracy_of(right), Resamples(len(rows), 0)), against))
        if first_right is None:
            first_texts, first_right = rows.texts, right
    return found

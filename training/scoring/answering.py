"""Chunks of rows, answered: what one process does."""

from dataclasses import dataclass
from pathlib import Path

from models.runtime.memory import keep_memory_small
from models.runtime.predictor import Predictor, open_predictor, prediction_as_dict
from training.scoring.chunks import Chunk
from training.scoring.formats import Columns, Format


@dataclass(frozen=True, slots=True)
class Task:
    """How every chunk is answered. ``top``: how many probabilities of a text are listed; None lists all."""

    artifact: Path
    engine: str
    top: int | None
    format: Format


@dataclass(frozen=True, slots=True)
class Piece:
    """An answered chunk. ``without_text``: how many of its rows had an empty text."""

    rows: int
    last_row: int
    without_text: int
    data: bytes


class Answerer:
    """Answers chunks in this process."""

    def __init__(self, task: Task) -> None:
        """Opens the model.

        Raises:
            EngramError: it cannot be used.
        """
        keep_memory_small()
        self._task = task
        self._predictor: Predictor = open_predictor(task.artifact, task.engine)

    def answer_columns(self) -> tuple[str, ...]:
        """Names of what an answer holds, in order."""
        (prediction,) = self._predictor.predict([""])
        return tuple(prediction_as_dict(prediction, self._predictor.manifest))

    def answer(self, columns: Columns, chunk: Chunk) -> Piece:
        """The answered rows, as bytes of the output's format."""
        manifest, top = self._predictor.manifest, self._task.top
        predictions = self._predictor.predict([row.text for row in chunk])
        rows = (
            (row.number, *row.kept, *prediction_as_dict(prediction, manifest, top).values())
            for row, prediction in zip(chunk, predictions, strict=True)
        )
        data = self._task.format.encode(columns, rows)
        return Piece(len(chunk), chunk[-1].number, sum(not row.text for row in chunk), data)

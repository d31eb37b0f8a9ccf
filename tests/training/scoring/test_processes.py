import itertools
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from models.errors import EngramError
from training.scoring.answering import Piece, Task
from training.scoring.chunks import Chunk, Row
from training.scoring.formats import Columns, JsonLines
from training.scoring.processes import Answering, answering


def endless() -> Iterator[Chunk]:
    return ([Row(number, "dull", ())] for number in itertools.count(1))


def test_only_a_few_chunks_are_read_ahead() -> None:
    read = []

    def chunks() -> Iterator[Chunk]:
        for chunk in endless():
            read.append(chunk)
            yield chunk

    def submit(columns: Columns, chunk: Chunk) -> Future[Piece]:
        future: Future[Piece] = Future()
        future.set_result(Piece(1, chunk[-1].number, 0, b""))
        return future

    pieces = Answering((), submit, 4).pieces(Columns((), (), {}), chunks())
    assert [piece.last_row for piece in itertools.islice(pieces, 50)] == list(range(1, 51))
    assert len(read) == 54


def test_a_process_that_is_killed_ends_the_run_with_a_sentence(tiny_artifact: Path) -> None:
    with answering(Task(tiny_artifact, "onnx", None, JsonLines(False)), 2) as answers:
        columns = Columns((), answers.answer_columns, {})
        pieces = answers.pieces(columns, endless())
        assert next(pieces).last_row == 1
        for child in multiprocessing.active_children():
            child.kill()
        with pytest.raises(EngramError, match="was killed"):
            list(itertools.islice(pieces, 100))

"""Answers a file of any size with a saved model: reads, has chunks answered, keeps what is done, joins it."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.durable import durable
from models.errors import EngramError, InputError
from models.runtime.artifact import sha256_of
from models.runtime.location import MANIFEST
from training.data.records import arrow_types, column_names, require_columns, row_count
from training.scoring.answering import Piece, Task
from training.scoring.chunks import read_chunks
from training.scoring.formats import Columns, output_format
from training.scoring.parts import Parts
from training.scoring.processes import Answering, answering
from training.scoring.progress import Progress

# What is lost at most when a run is killed.
PART_ROWS = 16_384
PART_S = 30.0


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked.

    Attributes:
        text_column: where the texts stand.
        keep: columns of the input that go into the output, by their name there: name in the output -> column.
        top: how many probabilities of a text are listed; None lists all.
        processes: in how many processes the model runs.
        overwrite: an output that stands already may be replaced.
        restart: what an unfinished run has done is thrown away.
    """

    artifact: Path
    engine: str
    source: Path
    output: Path
    text_column: str
    keep: Mapping[str, str]
    top: int | None
    processes: int
    overwrite: bool = False
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did. ``resumed``: rows that an earlier run had answered already."""

    rows: int
    resumed: int
    without_text: int
    seconds: float


def score(job: Job, progress: Progress) -> Outcome:
    """Answers every row of the source, in its order, into the output.

    Raises:
        InputError: an argument or the source cannot be used.
        EngramError: the model cannot be used, the output cannot be written, or a process was killed.
    """
    output = output_format(job.output)
    if job.output.exists() and not job.overwrite:
        raise InputError(f"{job.output} exists; name another file or add --overwrite.")
    require_columns(job.source, [job.text_column, *job.keep.values()], column_names(job.source))
    facts = _facts(job)
    began = time.monotonic()
    with answering(Task(job.artifact, job.engine, job.top, output), job.processes) as answers:
        columns = _columns(job, answers.answer_columns)
        parts = Parts.open(job.output, facts, restart=job.restart)
        try:
            resumed = parts.done
            progress.start(resumed, row_count(job.source))
            without_text = _answer(job, columns, answers, parts, progress)
            with durable(job.output) as file:
                output.join(columns, parts.paths, file)
            rows = parts.done
            parts.remove()
        except OSError as error:
            raise EngramError(f"{job.output} cannot be written: {error.strerror or error}.") from error
        finally:
            parts.close()
    return Outcome(rows, resumed, without_text, time.monotonic() - began)


def _answer(job: Job, columns: Columns, answers: Answering, parts: Parts, progress: Progress) -> int:
    """Finishes all parts. Returns the number of rows without text among them."""
    chunks = read_chunks(job.source, job.text_column, list(job.keep.values()), parts.done)
    without_text = 0
    for part in _parts(answers.pieces(columns, chunks), progress):
        parts.add(part[-1].last_row, (piece.data for piece in part))
        without_text += sum(piece.without_text for piece in part)
    return without_text


def _parts(pieces: Iterable[Piece], progress: Progress) -> Iterator[list[Piece]]:
    part: list[Piece] = []
    began = time.monotonic()
    for piece in pieces:
        part.append(piece)
        progress.advance(piece.rows)
        if sum(each.rows for each in part) >= PART_ROWS or time.monotonic() - began >= PART_S:
            yield part
            part, began = [], time.monotonic()
    if part:
        yield part


def _columns(job: Job, answer: tuple[str, ...]) -> Columns:
    for name in job.keep:
        if name in ("row", *answer):
            raise InputError(
                f"--keep {job.keep[name]}: the answer has a column {name!r}; "
                f"give it another name: --keep {job.keep[name]}=NAME."
            )
    types = arrow_types(job.source)
    kept = {name: types[column] for name, column in job.keep.items() if column in types}
    return Columns(tuple(job.keep), answer, kept)


def _facts(job: Job) -> dict[str, Any]:
    """What an unfinished run is recognised by, named as a person would."""
    source = job.source.stat()
    return {
        "model": sha256_of(job.artifact / MANIFEST)[:12],
        "engine": job.engine,
        "input": f"{source.st_size} bytes of {source.st_mtime_ns}",
        "text column": job.text_column,
        "choice of columns": dict(job.keep),
        "top": job.top,
    }

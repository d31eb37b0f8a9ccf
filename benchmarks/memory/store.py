"""Results on disk: one file a task, cell, length and seed."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "results" / "memory"
PROBES = FOLDER / "probes.json"


@dataclass(frozen=True, slots=True)
class Run:
    """What a cell learned of a task.

    Attributes:
        score: on fresh rows: mean squared error (adding), else the share of symbols that are right.
        budget: units, steps, rows a step, learning rate and clip norm.
        steps_needed: steps until the running score was solved (see ``tables.SOLVED``), None if never.
        parameters: weights of cell and answer.
        curve: the score over training, each the mean of a hundred steps.
        gradient: of the last output with respect to the input, its mean norm by distance in time from 0 on.
        seconds: spent.
    """

    task: str
    cell: str
    length: int
    seed: int
    score: float
    budget: dict[str, float]
    steps_needed: int | None
    parameters: int
    seconds: float
    curve: list[float] = field(default_factory=list)
    gradient: list[float] = field(default_factory=list)


def path_of(task: str, cell: str, length: int, seed: int) -> Path:
    """Where such a run is kept."""
    return FOLDER / f"{task}-{cell}-{length}-seed{seed}.json"


def keep(run: Run) -> Path:
    """Writes a run, numbers to four digits."""
    path = path_of(run.task, run.cell, run.length, run.seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    values = asdict(run)
    for name in ("curve", "gradient"):
        values[name] = [float(f"{value:.4g}") for value in values[name]]
    path.write_text(json.dumps(values) + "\n", encoding="utf-8")
    return path


def kept() -> Iterator[Run]:
    """Every run there is, in order of their names."""
    for path in sorted(FOLDER.glob("*-seed*.json")):
        yield Run(**json.loads(path.read_text(encoding="utf-8")))

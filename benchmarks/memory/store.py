"""Results on disk: one file a task, cell, length and seed."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "results" / "memory"
PROBES = FOLDER / "probes.json"


@dataclass(frozen=True, slots=True)
class Run:
    """What a cell learned of a task.

    Attributes:
        score: on fresh rows: mean squared error (adding), else the share of symbols that are right; None
            where the weights were no numbers any more.
        budget: units, steps, rows a step, learning rate and clip norm (None: not clipped).
        steps_needed: steps until the running score was solved (see ``tables.SOLVED``), None if never.
        parameters: weights of cell and answer.
        curve: the score over training, each the mean of a hundred steps.
        gradient: of the last output with respect to the input, its mean norm by distance in time from 0 on.
        gates: the same with the forget gate held open and closed, by these words; empty for a cell without.
        seconds: spent.
    """

    task: str
    cell: str
    length: int
    seed: int
    score: float | None
    budget: dict[str, float | None]
    steps_needed: int | None
    parameters: int
    seconds: float
    curve: list[float | None] = field(default_factory=list)
    gradient: list[float | None] = field(default_factory=list)
    gates: dict[str, list[float | None]] = field(default_factory=dict)

    @property
    def clipped(self) -> bool:
        """Whether gradients were cut."""
        return self.budget.get("clip_norm") is not None


def path_of(task: str, cell: str, length: int, seed: int, clipped: bool = True) -> Path:
    """Where such a run is kept."""
    return FOLDER / f"{task}-{cell}-{length}-seed{seed}{'' if clipped else '-unclipped'}.json"


def keep(run: Run) -> Path:
    """Writes a run, numbers of its lists to four digits."""
    path = path_of(run.task, run.cell, run.length, run.seed, run.clipped)
    path.parent.mkdir(parents=True, exist_ok=True)
    values = asdict(run)
    for name in ("curve", "gradient"):
        values[name] = [figure(value) for value in values[name]]
    values["gates"] = {name: [figure(value) for value in norms] for name, norms in run.gates.items()}
    path.write_text(json.dumps(values, allow_nan=False) + "\n", encoding="utf-8")
    return path


def figure(value: float | None) -> float | None:
    """To four digits; None for what is no number, which JSON has no word for."""
    return float(f"{float(value):.4g}") if value is not None and isfinite(value) else None


def kept() -> Iterator[Run]:
    """Every run there is, in order of their names."""
    for path in sorted(FOLDER.glob("*-seed*.json")):
        yield Run(**json.loads(path.read_text(encoding="utf-8")))

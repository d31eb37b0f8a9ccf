"""Where a run stands, on disk: enough to go on after a kill as if nothing had happened.

One folder a run, named for its config and data, so that another run's state is never picked up by mistake.
``state.json`` is replaced in one step and names the files it belongs to; a kill at any moment leaves the old
state or the new one. Best score and patience are part of the state (keras-team/keras#17012 loses them).
"""

import json
import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.errors import TrainingError
from training.folders import make_readable_folder
from training.history import EpochRecord

Arrays = list[npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class RunState:
    """A run after a whole number of epochs: ``wait`` epochs have passed since ``best_epoch``."""

    epochs: tuple[EpochRecord, ...]
    best_epoch: int
    best_score: float
    wait: int
    finished: bool


class CheckpointStore:
    """Saves and loads the state of one run in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def clear(self) -> None:
        """Makes the folder, empty: a place that cannot be written to is found before the first epoch.

        Raises:
            TrainingError: it cannot be made.
        """
        self.remove()
        with self._writing():
            make_readable_folder(self.folder)

    def save(self, state: RunState, current: Sequence[npt.NDArray[np.generic]], best: Arrays | None) -> None:
        """Writes the state after an epoch.

        Args:
            current: every variable of the model and the optimizer.
            best: the best weights if this epoch has made them; None if the saved ones still are.

        Raises:
            TrainingError: they cannot be written; what was saved before stays.
        """
        with self._writing():
            make_readable_folder(self.folder)
            self._write(f"current-{len(state.epochs)}", current)
            if best is not None:
                self._write(f"best-{state.best_epoch}", best)
            self._replace_state(state)

    def load(self) -> tuple[RunState, Arrays, Arrays] | None:
        """The state saved last with the current and the best arrays, or None where there is none.

        Raises:
            TrainingError: it is damaged.
        """
        path = self.folder / "state.json"
        if not path.exists():
            return None
        try:
            state = _parse(path.read_text(encoding="utf-8"))
            return state, self._read(f"current-{len(state.epochs)}"), self._read(f"best-{state.best_epoch}")
        except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise TrainingError(
                f"The checkpoint in {self.folder} is damaged ({error}); train without --resume."
            ) from error

    def remove(self) -> None:
        """Deletes the run's folder: the artifact has taken its place."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _replace_state(self, state: RunState) -> None:
        body = {
            "epochs": [record.as_dict() for record in state.epochs],
            "best_epoch": state.best_epoch,
            "best_score": state.best_score,
            "wait": state.wait,
            "finished": state.finished,
        }
        temporary = self.folder / "state.json.tmp"
        temporary.write_text(json.dumps(body, indent=1), encoding="utf-8")
        os.replace(temporary, self.folder / "state.json")
        keep = {f"current-{len(state.epochs)}.npz", f"best-{state.best_epoch}.npz", "state.json"}
        for path in self.folder.iterdir():
            if path.name not in keep:
                path.unlink()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TrainingError(
                f"The checkpoint cannot be written to {self.folder}: {error.strerror or error}."
            ) from error

    def _write(self, name: str, arrays: Sequence[npt.NDArray[np.generic]]) -> None:
        temporary = self.folder / f"{name}.tmp.npz"
        np.savez(temporary, *arrays)
        os.replace(temporary, self.folder / f"{name}.npz")

    def _read(self, name: str) -> Arrays:
        # Opened here: NumPy leaves a damaged file open.
        with (self.folder / f"{name}.npz").open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return [file[f"arr_{i}"] for i in range(len(file.files))]


def _parse(text: str) -> RunState:
    body = json.loads(text)
    return RunState(
        epochs=tuple(EpochRecord(**record) for record in body["epochs"]),
        best_epoch=body["best_epoch"],
        best_score=body["best_score"],
        wait=body["wait"],
        finished=body["finished"],
    )

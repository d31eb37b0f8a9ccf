"""What a run has finished, on disk: a folder of parts beside the output, each whole rows in order.

A part is written under another name and renamed, so a run that is killed at any moment leaves whole parts.
Its name holds the number of its last row: the highest one says where to go on.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from models.durable import durable
from models.errors import EngramError, InputError

_JOB = "job.json"
_PREFIX = "rows-"


class Parts:
    """The finished parts of one run; held by one process at a time.

    Attributes:
        done: how many rows of the input are answered.
    """

    def __init__(self, folder: Path, lock: int) -> None:
        self._folder = folder
        self._lock = lock
        self.done = max((_last_row(path) for path in self.paths), default=0)

    @classmethod
    def open(cls, output: Path, job: Mapping[str, Any], *, restart: bool) -> Self:
        """Begins a run, or takes one up that was cut off.

        Args:
            output: the file that all parts will be.
            job: what is asked; a run goes on only with the same.
            restart: forget what an earlier run has finished.

        Raises:
            InputError: an unfinished run asked something else.
            EngramError: another process is at it, or the folder cannot be written.
        """
        folder = output.with_name(output.name + ".parts")
        try:
            folder.mkdir(exist_ok=True)
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise EngramError(f"{folder} cannot be made: {error.strerror}.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            raise EngramError(f"Another process is writing {output}; wait for it or stop it.") from error
        try:
            if restart:
                for path in folder.iterdir():
                    path.unlink()
            _check_job(folder, output, job)
            return cls(folder, lock)
        except BaseException:
            os.close(lock)
            raise

    @property
    def paths(self) -> list[Path]:
        """The finished parts, in order."""
        return sorted(self._folder.glob(f"{_PREFIX}*"))

    def add(self, last_row: int, pieces: Iterable[bytes]) -> None:
        """Finishes the part that ends with row ``last_row``."""
        with durable(self._folder / f"{_PREFIX}{last_row:015d}") as file:
            file.writelines(pieces)
        self.done = last_row

    def remove(self) -> None:
        """The output stands: nothing of the run is needed any more."""
        shutil.rmtree(self._folder)

    def close(self) -> None:
        """Lets another process go on."""
        with suppress(OSError):
            os.close(self._lock)


def _check_job(folder: Path, output: Path, job: Mapping[str, Any]) -> None:
    path = folder / _JOB
    if not path.exists():
        with durable(path) as file:
            file.write(json.dumps(job).encode())
        return
    earlier = json.loads(path.read_bytes())
    for name, value in job.items():
        if earlier.get(name) != value:
            raise InputError(
                f"{folder} holds a part of {output} that was made with another {name} "
                f"({earlier.get(name)}, now {value}); run the same command again to go on with it, or "
                "add --restart to begin anew."
            )


def _last_row(path: Path) -> int:
    return int(path.name.removeprefix(_PREFIX))

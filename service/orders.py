"""What one worker was told and all must do: unload a model, withdraw a candidate, look at the folder.

It stands in a file of the folder that the workers of one service share, and ends with the service. Each order
has a number; a worker that has carried it out says so, and whoever gave it can wait for that.
"""

import contextlib
import fcntl
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class Standing:
    """All orders until now.

    ``number`` counts them; ``withdrawn`` maps a model to the candidates that shall not be tried any more,
    each with the reason.
    """

    number: int = 0
    unloaded: frozenset[str] = frozenset()
    withdrawn: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


_STANDING = TypeAdapter(Standing)


class Orders:
    """The orders of one service.

    Args:
        folder: what its workers share; None where there is one only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        # What was read or ordered last.
        self._last = Standing()
        self._carried_out = 0

    def standing(self) -> Standing:
        """The orders as they are now."""
        if self._folder is not None:
            # Should the file be lost, what was withdrawn stays so.
            with contextlib.suppress(FileNotFoundError):
                self._last = _STANDING.validate_json((self._folder / "orders.json").read_bytes())
        return self._last

    def look(self) -> int:
        """All workers look at the folder. Returns the order's number."""
        return self._add(lambda now: now)

    def unload(self, name: str) -> int:
        """The model answers no more. Returns the order's number."""
        return self._add(lambda now: replace(now, unloaded=now.unloaded | {name}))

    def load(self, name: str) -> int:
        """The model answers (again), with what its folder holds now. Returns the order's number."""
        return self._add(lambda now: replace(now, unloaded=now.unloaded - {name}))

    def withdraw(self, name: str, version: int, reason: str) -> int:
        """The candidate is no longer tried. Returns the order's number."""

        def add(now: Standing) -> Standing:
            versions = {**now.withdrawn.get(name, {}), version: reason}
            return replace(now, withdrawn={**now.withdrawn, name: versions})

        return self._add(add)

    def try_again(self, name: str, version: int) -> int:
        """The candidate may be tried again. Returns the order's number."""

        def remove(now: Standing) -> Standing:
            versions = {key: why for key, why in now.withdrawn.get(name, {}).items() if key != version}
            return replace(now, withdrawn={**now.withdrawn, name: versions})

        return self._add(remove)

    def carried_out(self, number: int) -> None:
        """This worker has done what was ordered up to ``number``."""
        if number == self._carried_out:
            return
        self._carried_out = number
        if self._folder is not None:
            path = self._acknowledgements() / str(os.getpid())
            unfinished = path.with_suffix(".new")
            unfinished.write_text(str(number))
            unfinished.replace(path)

    def done(self, number: int, workers: Mapping[int, object] | frozenset[int]) -> bool:
        """Whether all ``workers`` (process ids) have carried out the order ``number``."""
        if self._folder is None:
            return self._carried_out >= number
        return all(self._number_of(pid) >= number for pid in workers)

    def _number_of(self, pid: int) -> int:
        try:
            return int((self._acknowledgements() / str(pid)).read_text())
        except FileNotFoundError:
            return 0

    def _acknowledgements(self) -> Path:
        assert self._folder is not None
        folder = self._folder / "carried_out"
        folder.mkdir(exist_ok=True)
        return folder

    def _add(self, change: Callable[[Standing], Standing]) -> int:
        if self._folder is None:
            self._last = changed = self._numbered(change, self._last)
            return changed.number
        with (self._folder / "orders.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            changed = self._numbered(change, self.standing())
            unfinished = self._folder / "orders.new"
            unfinished.write_bytes(_STANDING.dump_json(changed))
            unfinished.replace(self._folder / "orders.json")
        return changed.number

    @staticmethod
    def _numbered(change: Callable[[Standing], Standing], now: Standing) -> Standing:
        return replace(change(now), number=now.number + 1)

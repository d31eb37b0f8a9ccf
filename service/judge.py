"""Withdraws a candidate that fails or answers otherwise too often. One worker decides for all.

Each worker writes what it has seen into the folder that they share. The one that holds a lock, which the
system takes from a process that ends, adds it up and orders the withdrawal.
"""

import fcntl
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from service.logs import log_event
from service.orders import Orders
from service.trial import Counts, Trial

if TYPE_CHECKING:
    # Imported for real, it would read the environment before the service has set it.
    from service.trial_metrics import TrialMetrics

# What is older says nothing of how the candidate answers now.
WINDOW_S = 60.0

# Candidate (model, version) -> what was seen of it.
Totals = Mapping[tuple[str, int], Counts]

_REPORT = TypeAdapter(list[tuple[str, int, Counts]])


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares above which a candidate is withdrawn, once ``least`` requests or texts have been seen."""

    failures: float = 0.05
    disagreement: float = 0.3
    least: int = 30


class Judge:
    """What one worker does about the candidates.

    Args:
        folder: what the workers of one service share; None where there is one only.
        clock: seconds, never set back.
    """

    def __init__(
        self,
        orders: Orders,
        limits: Limits,
        folder: Path | None = None,
        metrics: "TrialMetrics | None" = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._orders = orders
        self._limits = limits
        self._folder = folder
        self._metrics = metrics
        self._clock = clock
        self._seen: dict[Trial, Counts] = {}
        self._own: dict[tuple[str, int], Counts] = {}
        # Of what was seen, with its time; empty where another worker decides.
        self._history: deque[tuple[float, Totals]] = deque()

    def judge(self, trials: Iterable[Trial]) -> bool:
        """Tells the others what was seen of ``trials``; decides, if it is this worker that decides.

        Returns:
            whether it is.
        """
        elected = self._is_elected()
        self._report(list(trials))
        if elected:
            self._decide()
        return elected

    def _report(self, trials: list[Trial]) -> None:
        before = dict(self._own)
        for trial in trials:
            counts = trial.counts
            key = (trial.candidate.name, trial.candidate.version)
            news = counts - self._seen.get(trial, Counts())
            self._own[key] = self._own.get(key, Counts()) + news
            self._seen[trial] = counts
        self._seen = {trial: self._seen[trial] for trial in trials}
        if self._folder is None or before == self._own:
            return
        folder = self._folder / "trials"
        folder.mkdir(exist_ok=True)
        unfinished = folder / f"{os.getpid()}.new"
        unfinished.write_bytes(_REPORT.dump_json([(*key, counts) for key, counts in self._own.items()]))
        unfinished.replace(folder / f"{os.getpid()}.json")

    def _totals(self) -> Totals:
        if self._folder is None:
            return dict(self._own)
        totals: dict[tuple[str, int], Counts] = {}
        # Those of workers that have ended, too: a sum must not shrink.
        for path in (self._folder / "trials").glob("*.json"):
            for name, version, counts in _REPORT.validate_json(path.read_bytes()):
                totals[name, version] = totals.get((name, version), Counts()) + counts
        return totals

    def _is_elected(self) -> bool:
        if self._history:
            return True
        if self._folder is not None:
            lock = os.open(self._folder / "judge.lock", os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                return False
            # It stays open, and with it the lock held, as long as this process lives.
        self._history.append((self._clock(), self._totals()))
        return True

    def _decide(self) -> None:
        now, totals = self._clock(), self._totals()
        while len(self._history) > 1 and now - self._history[1][0] >= WINDOW_S:
            self._history.popleft()
        since = self._history[0][1]
        withdrawn = self._orders.standing().withdrawn
        decided = False
        for (name, version), counts in totals.items():
            reason = self._fault(counts - since.get((name, version), Counts()))
            if reason and version not in withdrawn.get(name, {}):
                self._withdraw(name, version, reason)
                decided = True
        if decided:
            # A candidate that is tried again begins anew.
            self._history.clear()
        self._history.append((now, totals))

    def _fault(self, counts: Counts) -> str | None:
        limits = self._limits
        for what, count, of, limit in (
            ("failed to answer", counts.failures, counts.requests, limits.failures),
            ("answered otherwise", counts.disagreed, counts.compared, limits.disagreement),
        ):
            if of >= limits.least and count / of > limit:
                return f"it {what} {count} of {of} times ({count / of:.0%}; at most {limit:.0%} is allowed)"
        return None

    def _withdraw(self, name: str, version: int, reason: str) -> None:
        self._orders.withdraw(name, version, reason)
        if self._metrics:
            self._metrics.count_withdrawn(name, version)
        log_event("candidate_withdrawn", "warning", model=name, version=version, reason=reason)

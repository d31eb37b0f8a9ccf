"""Follows at once what takes no loading: withdrawals, and version labels whose version is loaded."""

import threading
from collections.abc import Mapping

from models.runtime.version_labels import VersionLabels
from service.candidates import Candidates
from service.judge import Judge
from service.logs import Teller, log_event
from service.orders import Orders
from service.repository import STABLE, Repository
from service.wishes import LabelsFile, Sources

# So often orders and version labels are looked at, which costs next to nothing.
TICK_S = 0.5


class Follower:
    """Has the loaded versions answer as labels and orders say.

    It has a thread of its own: loading a version may take a minute, and a bad candidate must not answer
    that long. What it has stopped using stays in memory until the watch has looked.

    Args:
        judge: decides on candidates.

    Attributes:
        newest: what answers where none is labelled stable, by model; the watch finds it.
        candidates: where those that are tried, or should be, stand.
    """

    def __init__(
        self,
        sources: Sources,
        repository: Repository,
        labels: LabelsFile,
        orders: Orders,
        judge: Judge | None,
        teller: Teller,
    ) -> None:
        self._sources = sources
        self._repository = repository
        self._labels = labels
        self._orders = orders
        self._judge = judge
        self._teller = teller
        self._stopped = threading.Event()
        self.newest: dict[str, int] = {}
        self.candidates = Candidates(sources, repository, teller)
        # The labels of the last turn.
        self._followed: VersionLabels | None = None
        # Between reading what is wanted and doing it, nobody else does what was read before.
        self._assigning = threading.Lock()

    def start(self) -> None:
        """Begins."""
        threading.Thread(target=self._run, name="follower", daemon=True).start()

    def stop(self) -> None:
        """Ends."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(TICK_S):
            try:
                self.follow()
            except Exception as error:  # it outlives whatever one turn meets
                self._teller.tell("follower_failed", repr(error))
            else:
                self._teller.tell("follower_failed", None)

    def follow(self) -> None:
        """Decides on candidates, then does what was ordered and can be done at once."""
        decides = self._judge is None or self._judge.judge(self._repository.trials())
        self._try_again(decides)
        for name in self._repository.names():
            self.assign(name)
        self.candidates.refresh(self._labels.read(), self._orders.standing())

    def _try_again(self, decides: bool) -> None:
        """Takes back the withdrawal of a version that a label newly names, however the label was moved.

        All workers see the label move and one of them acts: from a second one the order could come after
        the candidate was withdrawn once more.
        """
        before, self._followed = self._followed, self._labels.read()
        # What was labelled when this worker began is not new.
        if before is None or not decides:
            return
        withdrawn = self._orders.standing().withdrawn
        for name, labels in self._followed.items():
            for version in {version for _, version in labels.items() - before.get(name, {}).items()}:
                if version in withdrawn.get(name, {}):
                    self._orders.try_again(name, version)
                    log_event("candidate_tried_again", model=name, version=version)

    def assign(
        self,
        name: str,
        *,
        at_first: Mapping[str, int] | None = None,
        retire: bool = False,
        last: bool = True,
    ) -> None:
        """Says who answers, by the labels and orders of this moment.

        Args:
            at_first: the version labels while nothing answers yet.
            retire: whether loaded versions that nothing names any more end.
            last: whether everything was tried; before, no version steps in for the one that shall answer.
        """
        with self._assigning:
            standing = self._orders.standing()
            if name in standing.unloaded:
                return
            labels: Mapping[str, int] = self._labels.read().get(name, {})
            if name not in self._repository.names():
                # A label may have moved meanwhile to a version that was not tried yet.
                labels = labels if at_first is None else at_first
                loaded = self._repository.loaded_versions(name)
                if not last and STABLE in labels and labels[STABLE] not in loaded:
                    return
            trials = self._sources.trials(name, labels, standing)
            self._repository.assign(
                name, labels=labels, newest=self.newest.get(name), trials=trials, retire=retire
            )

    def unload(self, name: str) -> None:
        """No version of the model answers any more."""
        with self._assigning:
            self.newest.pop(name, None)
            self._repository.unload(name)

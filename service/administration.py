"""What an operator asks a running service to do; every worker does it."""

import time
from pathlib import Path
from typing import TypeVar

from models.errors import (
    ArtifactError,
    ArtifactNotFoundError,
    ConfigError,
    EngramError,
    InputError,
    LabelsError,
)
from service.concurrency import Concurrency
from service.errors import (
    BelowBaselineError,
    DeadlineError,
    InvalidRequestError,
    LabelNotFoundError,
    RequestError,
    StateError,
    VersionBrokenError,
    VersionNotFoundError,
)
from service.kept_labels import KeptLabels
from service.labelling import move_label, remove_label
from service.orders import Orders
from service.peers import Peers

Result = TypeVar("Result")

# Until all workers have loaded what an order asks for.
LONGEST_WAIT_S = 120.0
_STEP_S = 0.05
# Hashing a model's files takes that long at most times: not in the thread that answers.
_LONG_S = 1.0


class Administration:
    """The operator's calls.

    Args:
        artifacts: the folder of the models.
        state: the folder of the version labels.
        orders: what all workers are told.
        peers: the other workers.
        concurrency: how a request waits.
        kept: the version labels that the workers have read last.
    """

    def __init__(
        self,
        artifacts: Path,
        state: Path,
        orders: Orders,
        peers: Peers | None,
        concurrency: Concurrency,
        kept: KeptLabels,
    ) -> None:
        self._artifacts = artifacts
        self._state = state
        self._orders = orders
        self._peers = peers
        self._concurrency = concurrency
        self._kept = kept

    def move_label(self, name: str, label: str, version: int, accept_below_baseline: bool) -> int | None:
        """Moves a version label, and tries the version again where it was withdrawn as a candidate.

        Returns:
            The version that had the label before.

        Raises:
            RequestError: it cannot be moved.
        """

        def move() -> int | None:
            return move_label(
                self._artifacts,
                self._state,
                name,
                label,
                version,
                accept_below_baseline=accept_below_baseline,
                kept=self._kept,
            )

        try:
            before = self._concurrency.compute(move, _LONG_S)
        except BelowBaselineError as error:
            raise BelowBaselineError(
                f'{error}; "accept_below_baseline": true labels it {label!r} all the same.'
            ) from error
        except EngramError as error:
            raise _as_request_error(error) from error
        self._orders.try_again(name, version)
        return before

    def remove_label(self, name: str, label: str) -> int:
        """Takes a version label away. Returns the version that had it.

        Raises:
            LabelNotFoundError: none had it.
            RequestError: it cannot be removed.
        """
        try:
            before = remove_label(self._state, name, label, kept=self._kept)
        except EngramError as error:
            raise _as_request_error(error) from error
        if before is None:
            raise LabelNotFoundError(f"there is no version label {label!r} of model {name!r}")
        return before

    def look(self) -> None:
        """Looks at the folder; returns when all workers have loaded what is there.

        Raises:
            DeadlineError: that takes too long; it goes on.
        """
        self._wait(self._orders.look())

    def load(self, name: str) -> None:
        """Loads a model, or what is new of it; returns when all workers have.

        Raises:
            DeadlineError: that takes too long; it goes on.
        """
        self._wait(self._orders.load(name))

    def unload(self, name: str) -> None:
        """Unloads a model until it is loaded again; returns when no worker answers with it any more.

        Raises:
            DeadlineError: that takes too long; it goes on.
        """
        self._wait(self._orders.unload(name))

    def _wait(self, number: int) -> None:
        until = time.monotonic() + LONGEST_WAIT_S
        while not self._orders.done(number, self._peers.ready() if self._peers else frozenset()):
            if time.monotonic() > until:
                raise DeadlineError("not every worker has done it in time; it goes on")
            self._concurrency.event().wait(_STEP_S)


def _as_request_error(error: EngramError) -> RequestError:
    if isinstance(error, RequestError):
        return error
    kinds: tuple[tuple[type[EngramError], type[RequestError]], ...] = (
        (ConfigError, StateError),
        (LabelsError, StateError),
        (ArtifactNotFoundError, VersionNotFoundError),
        (InputError, InvalidRequestError),
        (ArtifactError, VersionBrokenError),
        (EngramError, StateError),
    )
    return next(becomes(str(error)) for kind, becomes in kinds if isinstance(error, kind))

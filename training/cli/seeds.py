"""Networks that differ in their seed only: trained in turn, the best one found, tidied up after."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from training.checkpoint import CheckpointStore
from training.config import Config
from training.history import History


class Network(Protocol):
    """A trained network of any task."""

    @property
    def history(self) -> History:
        """Its epochs."""

    @property
    def store(self) -> CheckpointStore | None:
        """Where its checkpoint stands, if it was trained in this run."""


AnyNetwork = TypeVar("AnyNetwork", bound=Network)


def train_seeds(config: Config, count: int, train: Callable[[int], AnyNetwork]) -> list[AnyNetwork]:
    """``count`` networks from the config's first seed on; fewer where the person asks to stop."""
    first = config.seed if config.training.seed is None else config.training.seed
    networks: list[AnyNetwork] = []
    for seed in range(first, first + count):
        networks.append(train(seed))
        if networks[-1].history.stopped == "interrupted":
            break
    return networks


def best_on_dev(networks: Sequence[AnyNetwork]) -> AnyNetwork:
    """The one with the best epoch."""
    return max(networks, key=lambda network: network.history.epochs[network.history.best_epoch - 1].score)


def remove_checkpoints(networks: Sequence[Network]) -> None:
    """Once the artifact is saved; that of a network that was interrupted stays, to be resumed."""
    for network in networks:
        if network.store is not None and network.history.stopped != "interrupted":
            network.store.remove()

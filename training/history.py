"""What happened in each epoch of a run."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Stop = Literal["epochs", "patience", "interrupted"]


@dataclass(frozen=True, slots=True)
class EpochRecord:
    """One pass over the training rows.

    ``score`` is the monitored dev metric, higher is better (a loss is negated); ``tokens_per_second`` counts
    real tokens only; ``padding_share`` is the share of the computed cells that were padding.
    """

    epoch: int
    train_loss: float
    dev_loss: float
    dev_accuracy: float
    score: float
    seconds: float
    tokens_per_second: float
    padding_share: float

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able copy."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class History:
    """All epochs of a run, which one was the best on dev, and why the run ended."""

    epochs: tuple[EpochRecord, ...]
    best_epoch: int
    stopped: Stop

    def as_dict(self) -> dict[str, Any]:
        """A JSON-able copy."""
        return asdict(self)

"""How the learning rate goes over a run: a warm-up, then a shape that ends with the last step."""

import math
from typing import Any

import keras
from keras import ops

from training.config import TrainingConfig

# Where one-cycle begins, as a share of the highest rate; what other libraries take by default.
ONE_CYCLE_START = 1 / 25


class Schedule(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rate at each step of a run.

    With w = ``warmup * steps`` and p the share of the other steps that is done:

    - up to step w: rises in a line from rate / w, or for "one-cycle" along half a cosine from rate / 25;
    - then: rate ("constant"), rate (1 - p) ("linear"), rate (1 + cos(pi p)) / 2 ("cosine", "one-cycle").

    References: warm-up by Goyal et al., Accurate, large minibatch SGD, 2017, section 2.2; cosine by
    Loshchilov and Hutter, SGDR, 2017, equation 5; one-cycle by Smith and Topin, Super-convergence, 2018,
    without its cycle of the momentum.

    Args:
        rate: the highest rate.
        shape: as ``training.schedule``.
        steps: of the whole run.
        warmup: share of the steps, from 0 to below 1.
    """

    def __init__(self, rate: float, shape: str, steps: int, warmup: float = 0.0) -> None:
        self.rate, self.shape, self.steps, self.warmup = rate, shape, steps, warmup

    @classmethod
    def of(cls, config: TrainingConfig, steps: int) -> "Schedule":
        """The schedule of a config."""
        return cls(config.learning_rate, config.schedule, steps, config.warmup)

    def __call__(self, step: Any) -> Any:
        """The rate of the step after ``step`` steps: a scalar tensor."""
        return self.rate * self.share(step)

    def share(self, step: Any) -> Any:
        """The rate as a share of the highest one."""
        done = ops.cast(step, "float32")
        rise = float(round(self.warmup * self.steps))
        p = ops.clip((done - rise) / max(1.0, self.steps - rise), 0.0, 1.0)
        share = self._after(p)
        return ops.where(done < rise, self._rising(done, rise), share) if rise else share

    def _rising(self, done: Any, rise: float) -> Any:
        if self.shape == "one-cycle":
            return ONE_CYCLE_START + (1 - ONE_CYCLE_START) * (1 - ops.cos(math.pi * done / rise)) / 2
        return (done + 1) / rise

    def _after(self, p: Any) -> Any:
        if self.shape == "constant":
            return ops.ones_like(p)
        if self.shape == "linear":
            return 1 - p
        return (1 + ops.cos(math.pi * p)) / 2

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {"rate": self.rate, "shape": self.shape, "steps": self.steps, "warmup": self.warmup}

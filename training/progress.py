"""What a person sees while a network learns: bars on a terminal, plain lines in a pipe. All on stderr."""

import sys
import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from models.figures import in_percent
from training.history import EpochRecord
from training.metric_names import METRIC_NAMES

PLAIN_INTERVAL_S = 15.0


class Reporter(Protocol):
    """Told how an epoch goes on."""

    def start(self, epoch: int, epochs: int, tokens: int, padding_share: float) -> None:
        """An epoch of ``tokens`` tokens begins; ``padding_share`` of what is computed in it holds none."""

    def step(self, tokens: int, loss: float) -> None:
        """A batch of ``tokens`` real tokens is done; ``loss`` is the mean of the epoch so far."""

    def end(self, record: EpochRecord, monitor: str, *, best: bool) -> None:
        """The epoch is done and judged on dev; its score is that of ``training.monitor``."""

    def say(self, sentence: str) -> None:
        """Anything else worth knowing."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def reporter() -> Reporter:
    """Bars where stderr is a terminal, else plain lines."""
    return BarReporter() if sys.stderr.isatty() else PlainReporter()


def epoch_line(record: EpochRecord, monitor: str, *, best: bool) -> str:
    """One epoch in one line: its losses, and the dev score that chooses the weights.

    A monitored loss stands there already; beside it the accuracy is told.
    """
    by_loss = monitor == "loss"
    name, score = ("accuracy", record.dev_accuracy) if by_loss else (METRIC_NAMES[monitor], record.score)
    return (
        f"epoch {record.epoch}: train loss {record.train_loss:.4f}, dev loss {record.dev_loss:.4f}, "
        f"dev {name} {in_percent(score)}%, {record.seconds:.1f} s, "
        f"{record.tokens_per_second / 1000:.0f}k tokens/s{', best so far' if best else ''}"
    )


class PlainReporter:
    """A line every 15 seconds and one an epoch."""

    def __init__(self) -> None:
        self._epoch, self._epochs, self._total, self._done, self._padding = 0, 0, 0, 0, 0.0
        self._begin = self._last = 0.0

    def start(self, epoch: int, epochs: int, tokens: int, padding_share: float) -> None:
        """See :class:`Reporter`."""
        self._epoch, self._epochs, self._total, self._done = epoch, epochs, tokens, 0
        self._padding = padding_share
        self._begin = self._last = time.monotonic()

    def step(self, tokens: int, loss: float) -> None:
        """See :class:`Reporter`."""
        self._done += tokens
        now = time.monotonic()
        if now - self._last >= PLAIN_INTERVAL_S:
            self._last = now
            speed = self._done / (now - self._begin)
            self.say(
                f"epoch {self._epoch}/{self._epochs}: {self._done / self._total:.0%}, loss {loss:.4f}, "
                f"{speed / 1000:.0f}k tokens/s, {self._padding:.0%} padding, "
                f"{(self._total - self._done) / speed:.0f} s left"
            )

    def end(self, record: EpochRecord, monitor: str, *, best: bool) -> None:
        """See :class:`Reporter`."""
        self.say(epoch_line(record, monitor, best=best))

    def say(self, sentence: str) -> None:
        """See :class:`Reporter`."""
        print(sentence, file=sys.stderr, flush=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class BarReporter:
    """A live bar for the running epoch with tokens a second and the time left, above it a line an epoch."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("loss {task.fields[loss]:.4f}"),
            TextColumn("{task.fields[speed]:.0f}k tokens/s, {task.fields[padding]:.0%} padding"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task(
            "", total=1, epoch="", loss=0.0, speed=0.0, padding=0.0, visible=False
        )
        self._begin = 0.0

    def start(self, epoch: int, epochs: int, tokens: int, padding_share: float) -> None:
        """See :class:`Reporter`."""
        self._begin = time.monotonic()
        self._progress.reset(
            self._task,
            total=tokens,
            epoch=f"{epoch}/{epochs}",
            loss=0.0,
            speed=0.0,
            padding=padding_share,
            visible=True,
        )

    def step(self, tokens: int, loss: float) -> None:
        """See :class:`Reporter`."""
        done = self._progress.tasks[0].completed + tokens
        speed = done / max(1e-9, time.monotonic() - self._begin) / 1000
        self._progress.update(self._task, advance=tokens, loss=loss, speed=speed)

    def end(self, record: EpochRecord, monitor: str, *, best: bool) -> None:
        """See :class:`Reporter`."""
        self.say(epoch_line(record, monitor, best=best))

    def say(self, sentence: str) -> None:
        """See :class:`Reporter`."""
        self._progress.console.print(sentence, highlight=False, markup=False)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

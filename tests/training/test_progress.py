import io
import sys
from dataclasses import replace

import pytest

from training.history import EpochRecord
from training.progress import BarReporter, PlainReporter, epoch_line, reporter

RECORD = EpochRecord(2, 0.5, 0.4, 0.8, 0.8, 3.0, 12_345.0, 0.05)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("training.progress.time.monotonic", clock)
    return clock


def test_an_epoch_is_told_in_one_line() -> None:
    assert epoch_line(RECORD, "accuracy", best=True) == (
        "epoch 2: train loss 0.5000, dev loss 0.4000, dev accuracy 80.0%, 3.0 s, 12k tokens/s, best so far"
    )
    assert not epoch_line(RECORD, "accuracy", best=False).endswith("best so far")


@pytest.mark.parametrize(
    ("monitor", "told"),
    [
        ("f1", "dev F1 of entities 70.0%"),
        ("macro_f1", "dev macro F1 70.0%"),
        ("loss", "dev accuracy 80.0%"),
    ],
)
def test_the_line_of_an_epoch_names_the_score_that_chooses_the_weights(monitor: str, told: str) -> None:
    record = replace(RECORD, score=-0.4 if monitor == "loss" else 0.7)
    line = epoch_line(record, monitor, best=False)
    assert f"dev loss 0.4000, {told}, 3.0 s" in line
    assert line.count("%") == 1


def test_a_pipe_gets_a_plain_line_every_15_seconds_with_speed_and_time_left(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with PlainReporter() as plain:
        plain.start(1, 3, 100_000, 0.03)
        clock.now += 10
        plain.step(10_000, 0.7)
        clock.now += 10
        plain.step(30_000, 0.6)
        plain.step(1_000, 0.5)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "epoch 1/3: 40%, loss 0.6000, 2k tokens/s, 3% padding, 30 s left\n"


def test_bars_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(reporter(), PlainReporter)
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert isinstance(reporter(), BarReporter)


def test_a_terminal_gets_a_bar_with_speed_and_time_left_and_lines_above_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    bars = BarReporter()
    for _seed in range(2):  # the same reporter serves one network after the other
        with bars:
            bars.start(1, 3, 100, 0.03)
            bars.step(50, 0.75)
            bars.end(RECORD, "accuracy", best=False)
            bars.say("a label [/b] is no markup")
    shown = terminal.getvalue()
    for part in (
        "epoch 1/3",
        "50%",
        "loss 0.7500",
        "k tokens/s",
        "-:--:--",
        "dev accuracy 80.0%",
        "label [/b] is",
    ):
        assert part in shown, part
    assert shown.count("dev accuracy 80.0%") == 2

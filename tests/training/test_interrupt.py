import signal

import pytest

from training.interrupt import interruptible


def test_the_first_ctrl_c_is_noted_and_work_goes_on() -> None:
    with interruptible() as interrupt:
        assert not interrupt
        signal.raise_signal(signal.SIGINT)
        assert interrupt


def test_the_second_ctrl_c_stops_at_once() -> None:
    with interruptible() as interrupt:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert interrupt


def fails() -> None:
    with interruptible():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise ZeroDivisionError


def test_outside_of_the_block_ctrl_c_is_what_it_was() -> None:
    # Not always Python's own: a shell has its background jobs ignore Ctrl-C.
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError):
        fails()
    assert signal.getsignal(signal.SIGINT) is before

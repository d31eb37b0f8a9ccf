"""The short form of ``make chaos``."""

from pathlib import Path

import pytest

from benchmarks.chaos.__main__ import chaos
from benchmarks.chaos.timeline import Timeline


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_is_lost_or_answered_wrongly_while_everything_changes(
    tiny_artifact: Path, tmp_path: Path
) -> None:
    result = chaos(tiny_artifact, seconds=0, rate=100, engine="onnx", folder=tmp_path)
    assert result["faults"] == []
    assert result["answered"] > 100
    assert result["statuses"] == {"200": result["answered"]}
    assert "killed a worker with -9" in result["operations"]


def test_only_one_in_office_then_may_have_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 12.0, 20.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    timeline = Timeline(1)
    timeline.begin(2)
    timeline.settle()
    assert timeline.candidates(5, 6) == {1}
    assert timeline.candidates(9, 10.5) == {1, 2}
    assert timeline.candidates(11, 11.5) == {1, 2}
    assert timeline.candidates(13, 14) == {2}
    timeline.begin(1)
    assert timeline.candidates(13, 21) == {1, 2}
    assert timeline.current == 1

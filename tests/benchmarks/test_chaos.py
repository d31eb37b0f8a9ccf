"""The short form of ``make chaos``."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chaos import __main__ as command
from benchmarks.chaos import operations
from benchmarks.chaos.__main__ import chaos, excused
from benchmarks.chaos.load import BrokenOff
from benchmarks.chaos.timeline import Timeline
from benchmarks.chaos.versions import BROKEN


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
    for how in BROKEN:
        assert any(done.endswith(how) for done in result["operations"])


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


class FakeVersions:
    name = "reviews"
    last = 1

    def add(self) -> int:
        self.last += 1
        return self.last

    def add_broken(self, how: str) -> int:
        return self.add()

    def delete(self, version: int) -> None:
        pass


class FakeService:
    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        status = {"state": "END", "status": {"error_message": "it is broken"}}
        return 200, {"model_version_status": [status]}

    def workers(self) -> list[int]:
        return [10, 11]

    def until(self, *_: Any) -> None:
        pass


def test_one_round_tries_every_way_of_being_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations.os, "kill", lambda pid, number: None)
    done = operations.Operations(FakeService(), FakeVersions(), Timeline(1))
    done.round()
    for how in BROKEN:
        assert len([each for each in done.done if each.endswith(f", {how}")]) == 1


def test_a_kill_excuses_one_request_of_each_client_soon_after_it() -> None:
    kill = 100.0
    lost = BrokenOff(client=0, connected=50, sent=99.9, known=100.1)
    stale = BrokenOff(client=1, connected=50, sent=100.2, known=100.3)
    assert excused([lost, stale], [kill]) == (1, 1)
    assert excused([stale, stale], [kill]) == (0, 1), "the same client once more"
    late = BrokenOff(client=2, connected=50, sent=106, known=106.1)
    assert excused([late], [kill]) == (0, 0), "long after the kill"
    new = BrokenOff(client=2, connected=100.1, sent=100.2, known=100.3)
    assert excused([new], [kill]) == (0, 0), "on a connection made after it"
    assert excused([stale, BrokenOff(1, 50, 102, 103)], [kill, 101.0]) == (0, 2), "two kills"


@pytest.mark.parametrize("faults", [[], ["one was lost"]])
def test_what_was_seen_is_written_and_a_fault_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, faults: list[str]
) -> None:
    monkeypatch.setattr(command, "chaos", lambda *_: {"faults": faults})
    file = tmp_path / "chaos.json"
    monkeypatch.setattr("sys.argv", ["chaos", "--artifact", str(tmp_path), "--output", str(file)])
    assert command.main() == len(faults)
    assert json.loads(file.read_text()) == {"faults": faults}

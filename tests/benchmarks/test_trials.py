"""The limits that candidates are held to."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import trials


def figures(taken: int = 1000, last: float = 3.0, reason: str | None = "bad", change: float = 0.05) -> Any:
    return {
        "shadow": {"p50_change": change},
        "canary": {"answered_by_the_canary": taken, "interval": [941, 1059]},
        "withdrawal": {"last_answer_of_the_canary_s": last, "reason": reason},
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"taken": 940}, "outside"),
        ({"taken": 1060}, "outside"),
        ({"last": 30.5}, "answered for 30.5 s"),
        ({"reason": None}, "not withdrawn"),
        ({"change": 0.11}, "adds 11.0%"),
        ({"change": float("nan")}, "adds nan"),
    ],
)
def test_each_limit_that_is_missed_is_told(changes: dict[str, Any], sentence: str) -> None:
    (told,) = trials.missed(figures(**changes))
    assert sentence in told


def test_at_the_limits_nothing_is_missed() -> None:
    assert trials.missed(figures(taken=941, last=30.0, change=0.1)) == []


@pytest.mark.parametrize(("change", "code"), [(0.05, 0), (0.2, 1)])
def test_the_exit_code_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, change: float, code: int
) -> None:
    found = figures(change=change)
    monkeypatch.setattr(trials, "make_texts", lambda *_: ["a"])
    monkeypatch.setattr(trials, "Versions", lambda *_: type("V", (), {"add": lambda self: 1})())
    for name, key in (("shadow_cost", "shadow"), ("canary_share", "canary"), ("withdrawal", "withdrawal")):
        monkeypatch.setattr(trials, name, lambda *_, key=key: found[key])
    file = tmp_path / "trials.json"
    monkeypatch.setattr("sys.argv", ["trials", "--artifact", str(tmp_path), "--output", str(file)])
    assert trials.main() == code
    assert len(json.loads(file.read_text())["missed"]) == code

"""No process of ours leaves an id of the machine below HOME, or asks a host elsewhere."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.service.process import Service

ROOT = Path(__file__).resolve().parent.parent
# ONNX Runtime looks its collector up some 10 seconds after a session has begun.
_LOOKED_UP_WITHIN_S = 20.0
_TEXT = "not a good story"


def environment(home: Path | None, **more: str) -> dict[str, str]:
    """A user's: without the variables that tell libraries of tests, and those that tests set."""
    set_here = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **more}
    return set_here if home is None else {"HOME": str(home), **set_here}


def left_below(home: Path) -> list[str]:
    """What is there of vendors who count their users."""
    return [str(path) for path in home.rglob("*") if re.search("microsoft|onnx|deviceid", str(path), re.I)]


def run(home: Path, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    """``python ARGUMENTS`` to its end, which has to be good."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def test_an_import_by_anybody_else_is_noticed_here(home: Path) -> None:
    run(home, "-c", "import onnxruntime")
    assert left_below(home)


@pytest.mark.parametrize("set_by_user", ["", "0", "false"])
def test_an_import_leaves_nothing_whatever_the_variable_was(home: Path, set_by_user: str) -> None:
    code = "from models.runtime.telemetry import import_onnxruntime; import_onnxruntime()"
    run(home, "-c", code, ORT_DISABLE_TELEMETRY=set_by_user)
    assert left_below(home) == []


@pytest.mark.parametrize(
    "verb",
    [
        ("predict", "{model}", _TEXT, "--engine", "onnx"),
        ("predict", "{model}", _TEXT, "--engine", "onnx-int8"),
        ("score", "{model}", "examples/tiny.csv", "{out}", "--engine", "onnx", "--processes", "2"),
        pytest.param(("evaluate", "{model}", "examples/tiny.csv"), marks=pytest.mark.slow),
        pytest.param(("explain", "{model}", _TEXT), marks=pytest.mark.slow),
        pytest.param(("compare", "{model}", "{model}"), marks=pytest.mark.slow),
        pytest.param(("doctor",), marks=pytest.mark.slow),
        pytest.param(
            (
                *("train", "examples/tiny.toml", "--set", "output.onnx=int8", "--set", "training.epochs=1"),
                *("--set", "output.artifacts='{out}'"),
            ),
            marks=pytest.mark.slow,
        ),
    ],
    ids=lambda verb: " ".join(verb[:1] + verb[3:5]),
)
def test_a_verb_leaves_nothing(
    tiny_artifact: Path, home: Path, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    filled = [part.format(model=tiny_artifact, out=tmp_path / "out.csv") for part in verb]
    run(home, "-m", "training", *filled)
    assert left_below(home) == []


@contextmanager
def answered(artifact: Path, home: Path | None, *before: str) -> Iterator[Service]:
    """A service with ONNX that has answered a request."""
    artifacts, inherited = artifact.parent.parent, environment(home)
    with Service(artifacts, "service", None, inherited, before, ENGINE="onnx", WORKERS=1) as service:
        service.wait_until_ready()
        assert service.ask("POST", "/predict", {"text": _TEXT})[0] == 200
        yield service


@pytest.mark.parametrize("place", ["a home", "no HOME", "a home that nothing can be written to"])
def test_a_service_leaves_nothing_and_logs_nothing_but_json(
    tiny_artifact: Path, home: Path, place: str
) -> None:
    folder = {"a home": home, "no HOME": None}.get(place, Path("/proc/home"))
    with answered(tiny_artifact, folder) as service:
        assert service.stop() == 0
    assert service.err == []
    assert service.events("request")
    assert left_below(home) == []


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_a_service_asks_no_host_elsewhere(tiny_artifact: Path, home: Path, tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    # -D: the service stays the process that was started.
    strace = ("strace", "-D", "-f", "-qq", "-e", "trace=connect,bind,sendto,sendmmsg", "-o", str(calls))
    with answered(tiny_artifact, home, *strace) as service:
        time.sleep(_LOOKED_UP_WITHIN_S)
        assert service.stop() == 0
    lines = calls.read_text().splitlines()
    # It saw something: the service's own socket and its replies.
    assert any("bind(" in line for line in lines)
    assert any("HTTP/1.1 200 OK" in line for line in lines)
    assert [
        line for line in lines if "AF_INET" in line and not re.search(r'"127\.0\.0\.1"|"::1"', line)
    ] == []


def test_an_image_sets_the_variable() -> None:
    base = (ROOT / "Dockerfile").read_text().partition("AS base")[2].partition("FROM base AS slim")[0]
    assert re.search(r"^\s+ORT_DISABLE_TELEMETRY=1 ", base, re.MULTILINE)

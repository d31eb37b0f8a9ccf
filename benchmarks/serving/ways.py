"""The ways of serving that are compared: how each is started, asked and understood."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PEERS = {
    # Newer ones of both pinned packages do not go with MLServer 1.7.
    "mlserver": ["mlserver==1.7.1", "protobuf<7", "uvloop<0.22"],
    "bentoml": ["bentoml==1.4.39"],
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What every way is given alike."""

    artifact: Path
    workers: int
    threads: int
    environments: Path
    """Where the virtual environments of other servers are."""


@dataclass(frozen=True, slots=True)
class Command:
    """How to start a way."""

    words: list[str]
    environment: dict[str, str]
    folder: Path


def _body(text: str) -> Any:
    return {"text": text}


def _label(reply: Any) -> str:
    return str(reply["label"])


@dataclass(frozen=True, slots=True)
class Way:
    """One way of serving.

    Attributes:
        start: the command, given the setting, a free port (the next two are free as well) and a folder.
        body: the request body for a text.
        label: the label in a reply, for all ways the same; None where it may be another one.
        counts: whether ``/metrics`` has ``engram_requests_total``.
    """

    start: Callable[[Setting, int, Path], Command]
    path: str = "/predict"
    ready: str = "/readyz"
    body: Callable[[str], Any] = _body
    label: Callable[[Any], str] | None = _label
    counts: bool = False


def _gunicorn(words: list[str], engine: str = "savedmodel") -> Callable[[Setting, int, Path], Command]:
    """Under the gunicorn of this project, whatever the application."""

    def start(setting: Setting, port: int, folder: Path) -> Command:
        served = folder / "artifacts" / "model" / "1"
        served.parent.mkdir(parents=True)
        served.symlink_to(setting.artifact)
        environment = {
            "ENGRAM_ARTIFACTS": str(folder / "artifacts"),
            "ENGRAM_ENGINE": engine,
            "ENGRAM_PORT": str(port),
            "ENGRAM_WORKERS": str(setting.workers),
            "ENGRAM_THREADS": str(setting.threads),
            "BENCHMARK_ARTIFACT": str(setting.artifact),
        }
        return Command([sys.executable, "-m", *words], environment, ROOT)

    return start


def _engram(engine: str) -> Way:
    return Way(_gunicorn(["service"], engine), label=_engram_label, counts=True)


def _engram_label(reply: Any) -> str:
    return _label(reply["predictions"][0])


def _plain(name: str) -> Way:
    return Way(_gunicorn(["benchmarks.serving.apps", name]))


def _bentoml(setting: Setting, port: int, folder: Path) -> Command:
    service = "benchmarks.serving.peers.bentoml_service:Reviews"
    words = [program(setting, "bentoml"), "serve", service, "--host", "127.0.0.1", "--port", str(port)]
    return Command(words, _peer(setting) | {"BENTOML_HOME": str(folder)}, ROOT)


def _mlserver(setting: Setting, port: int, folder: Path) -> Command:
    settings = {"host": "127.0.0.1", "http_port": port, "grpc_port": port + 1, "metrics_port": port + 2}
    settings |= {"parallel_workers": setting.workers, "debug": False}
    model = {"name": "model", "implementation": "benchmarks.serving.peers.mlserver_model.Reviews"}
    (folder / "settings.json").write_text(json.dumps(settings))
    (folder / "model-settings.json").write_text(json.dumps(model))
    return Command([program(setting, "mlserver"), "start", "."], _peer(setting), folder)


def _peer(setting: Setting) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT),
        "BENCHMARK_ARTIFACT": str(setting.artifact),
        "BENCHMARK_WORKERS": str(setting.workers),
        "BENTOML_DO_NOT_TRACK": "True",
    }


WAYS: dict[str, Way] = {
    "noop": replace(_plain("noop"), label=None),
    "engram-savedmodel": _engram("savedmodel"),
    "engram-onnx": _engram("onnx"),
    "engram-onnx-int8": replace(_engram("onnx-int8"), label=None),
    "signature": _plain("signature"),
    "predict": _plain("predict"),
    "mlserver": Way(
        _mlserver,
        path="/v2/models/model/infer",
        ready="/v2/models/model/ready",
        body=lambda text: {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [text]}]},
        label=lambda reply: str(reply["outputs"][0]["data"][0]),
    ),
    "bentoml": Way(_bentoml, body=lambda text: {"texts": [text]}, label=lambda reply: str(reply[0]["label"])),
}


def program(setting: Setting, name: str) -> str:
    """The program of another server, in the environment it has to itself."""
    return str(setting.environments / name / "bin" / name)


def install(setting: Setting, name: str) -> None:
    """Makes the environment of another server where it is missing."""
    if name not in PEERS or Path(program(setting, name)).exists():
        return
    print(f"installing {' '.join(PEERS[name])}", file=sys.stderr)
    folder = setting.environments / name
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    packages = [*PEERS[name], f"onnxruntime=={_installed('onnxruntime')}"]
    subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", *packages], check=True)


def environment_of(command: Command) -> dict[str, str]:
    """The variables of this process without settings of the service, and those of the command."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENGRAM_")}
    return kept | command.environment


def _installed(package: str) -> str:
    from importlib.metadata import version

    return version(package)

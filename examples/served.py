"""Starts the service on saved models, asks it some texts over HTTP and stops it."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

START_LIMIT_S = 120.0
STOP_LIMIT_S = 30.0


def answers(artifacts: Path, model: str, texts: Sequence[str], engine: str = "onnx") -> list[dict[str, Any]]:
    """What ``POST /predict`` answers to each text.

    Raises:
        RuntimeError: the service did not start.
    """
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    settings = {"HOST": "127.0.0.1", "PORT": str(port), "ARTIFACTS": str(artifacts), "ENGINE": engine}
    environment = os.environ | {f"ENGRAM_{name}": value for name, value in settings.items()}
    service = subprocess.Popen(
        [sys.executable, "-m", "service"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(service, f"http://127.0.0.1:{port}/readyz")
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/predict",
            data=json.dumps({"model": model, "texts": list(texts)}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            predictions: list[dict[str, Any]] = json.load(reply)["predictions"]
        return predictions
    finally:
        service.terminate()
        try:
            service.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()


def _wait_until_ready(service: "subprocess.Popen[bytes]", url: str) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit and service.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the service did not become ready")

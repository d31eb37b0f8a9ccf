"""What the examples share: train, start the service on the saved model, ask it over HTTP and stop it."""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_LIMIT_S = 120.0
STOP_LIMIT_S = 30.0
# The service takes 256 unless told otherwise.
TEXTS_A_REQUEST = 200


ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Judged:
    """Texts with known answers.

    Attributes:
        name: what they test.
        texts: to ask.
        is_right: whether the answer to the text of this number is right.
    """

    name: str
    texts: Sequence[str]
    is_right: Callable[[int, dict[str, Any]], bool]


def train_and_ask(
    description: str | None,
    config: Path,
    make_data: Callable[[Path], object],
    questions: Sequence[str],
    shown: Callable[[dict[str, Any]], str],
    held_out: Sequence[Judged] = (),
) -> int:
    """The whole of an example, with its command line.

    Args:
        description: of the command.
        config: its file's name is the model's.
        make_data: writes the files that the config names into a folder.
        questions: the texts to ask.
        shown: an answer in a few words.
        held_out: asked too; how many answers are right is printed.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"))
    parser.add_argument("--engine", default="onnx", choices=("onnx", "savedmodel"))
    args = parser.parse_args()
    os.chdir(ROOT)
    make_data(ROOT / "data" / config.stem)
    command = [sys.executable, "-m", "training", "train", str(config)]
    command.append(f"--set=output.artifacts={json.dumps(str(args.artifacts))}")
    trained = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if trained.returncode:
        return trained.returncode
    print(trained.stdout.strip())
    texts = [*questions, *(text for part in held_out for text in part.texts)]
    found = iter(answers(args.artifacts, config.stem, texts, args.engine))
    for text in questions:
        print(f"{text}  ->  {shown(next(found))}")
    for part in held_out:
        right = sum(part.is_right(number, next(found)) for number in range(len(part.texts)))
        print(f"{part.name}: {right} of {len(part.texts)} sentences right")
    return 0


def answers(artifacts: Path, model: str, texts: Sequence[str], engine: str = "onnx") -> list[dict[str, Any]]:
    """What ``POST /predict`` answers to each text.

    Raises:
        RuntimeError: the service did not start.
    """
    predictions: list[dict[str, Any]] = []
    with serving(artifacts, engine) as address:
        for start in range(0, len(texts), TEXTS_A_REQUEST):
            predictions += _ask(address, model, texts[start : start + TEXTS_A_REQUEST])
    return predictions


@contextmanager
def serving(artifacts: Path, engine: str = "onnx") -> Iterator[str]:
    """The address of a service of its own on a free port, ready; it is stopped at the end.

    Raises:
        RuntimeError: it did not start.
    """
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{found.getsockname()[1]}"
    port = address.rsplit(":", 1)[1]
    settings = {"HOST": "127.0.0.1", "PORT": port, "ARTIFACTS": str(artifacts), "ENGINE": engine}
    environment = os.environ | {f"ENGRAM_{name}": value for name, value in settings.items()}
    service = subprocess.Popen(
        [sys.executable, "-m", "service"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(service, f"{address}/readyz")
        yield address
    finally:
        service.terminate()
        try:
            service.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()


def _ask(address: str, model: str, texts: Sequence[str]) -> list[dict[str, Any]]:
    request = urllib.request.Request(
        f"{address}/predict",
        data=json.dumps({"model": model, "texts": list(texts)}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        predictions: list[dict[str, Any]] = json.load(reply)["predictions"]
    return predictions


def _wait_until_ready(service: "subprocess.Popen[bytes]", url: str) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit and service.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the service did not become ready")

"""The demo of ``make demo``: trains on real reviews if that has not been done, serves, asks one question."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from examples.shown import REVIEW, SHOWN, wrong_answers  # noqa: E402
from models.runtime.artifact import open_artifact  # noqa: E402
from models.runtime.location import artifacts_folder, list_versions  # noqa: E402
from training.cli.figures import print_comparison  # noqa: E402

MODEL = "reviews"
START_LIMIT_S = 120.0
STOP_LIMIT_S = 30.0


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--no-serve", action="store_true", help="end after the answer")
    args = parser.parse_args()
    os.chdir(ROOT)
    if is_listening(args.port):
        sys.exit(f"port {args.port} is in use; choose another with PORT=...")
    show_model(artifacts_folder())
    return serve(args.port, stay=not args.no_serve)


def is_listening(port: int) -> bool:
    """Whether something else answers on the port already; it would be asked in place of our service."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def show_model(artifacts: Path) -> None:
    """Prints how good the demo's model is, with the baseline beside it; trains it first if there is none."""
    folder = artifacts / MODEL
    if list_versions(folder):
        print_comparison(open_artifact(folder / str(list_versions(folder)[-1])).manifest)
    else:
        train(artifacts)
    path = folder / str(list_versions(folder)[-1])
    print(f"model   {path}\nreport  {path / 'report' / 'index.html'}", flush=True)


def train(artifacts: Path) -> None:
    """Trains into the folder that the service will look at; prints the comparison itself."""
    command = [sys.executable, "-m", "training", "train", "examples/reviews.toml"]
    command += ["--set", f"output.artifacts={json.dumps(str(artifacts))}"]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def serve(port: int, *, stay: bool) -> int:
    """Starts the service, asks it what pages show, and keeps it up until Ctrl-C if it should stay.

    Returns:
        The exit code: 1 where an answer is wrong.
    """
    url = f"http://127.0.0.1:{port}"
    # Other models may be served beside it.
    settings = {"HOST": "127.0.0.1", "PORT": str(port), "DEFAULT_MODEL": MODEL}
    environment = os.environ | {f"ENGRAM_{name}": value for name, value in settings.items()}
    # In a session of its own, so that Ctrl-C reaches this process alone, which then stops the service well.
    service = subprocess.Popen(
        [sys.executable, "-m", "service"], env=environment, start_new_session=True, stdout=subprocess.DEVNULL
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        wait_until_ready(service, url)
        print(f"\n$ curl {url}/predict --json '{json.dumps({'text': REVIEW})}'")
        print(json.dumps(ask(url, {"text": REVIEW}), indent=2, ensure_ascii=False))
        labels = [answer["label"] for answer in ask(url, {"texts": list(SHOWN)})["predictions"]]
        if wrong := wrong_answers(labels):
            print(*wrong, sep="\n", file=sys.stderr)
            return 1
        if stay:
            print(f"\nserving on {url} (Ctrl-C stops it)", flush=True)
            service.wait()
    except KeyboardInterrupt:
        print("\nstopping: answering what is under way", flush=True)
    finally:
        code = stop(service)
    return code


def wait_until_ready(service: "subprocess.Popen[bytes]", url: str) -> None:
    """Returns when /readyz answers 200; ends the demo where the service does not start."""
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit:
        if service.poll() is not None:
            sys.exit(service.returncode or 1)
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    sys.exit(f"the service was not ready within {START_LIMIT_S:.0f} s")


def ask(url: str, body: dict[str, Any]) -> Any:
    """The service's answer to one request."""
    request = urllib.request.Request(
        f"{url}/predict",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)


def stop(service: "subprocess.Popen[bytes]") -> int:
    """Has the service drain and end; returns its exit code."""
    if service.poll() is None:
        service.terminate()
        try:
            service.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            service.kill()
            service.wait()
    return service.returncode


if __name__ == "__main__":
    sys.exit(main())

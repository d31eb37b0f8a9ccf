"""What lies in the folder a command is started in must not take the place of our packages."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# What the installed command is: a program whose own folder, not the current one, is searched for packages.
ENGRAM = [sys.executable, "-P", "-c", "from training.cli.main import run; run()"]
TRAINING, SERVICE = ([sys.executable, "-m", name] for name in ("training", "service"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's, with a module of ours' name."""
    (tmp_path / "models.py").write_text("class User:\n    pass\n")
    return tmp_path


@pytest.fixture
def full_folder(folder: Path) -> Path:
    """With packages of ours' names, too."""
    for name in ("service", "training"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
    return folder


def environment(artifacts: Path | None = None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENGRAM_")}
    chosen = {"ENGRAM_ARTIFACTS": str(artifacts)} if artifacts else {}
    return kept | {"PYTHONPATH": str(ROOT)} | chosen


def printed(command: list[str], folder: Path, artifacts: Path | None = None) -> str:
    done = subprocess.run(command, cwd=folder, env=environment(artifacts), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", [[*SERVICE, "--help"], [*TRAINING, "--help"], [*ENGRAM, "--version"]])
def test_a_module_of_the_users_hides_no_command(folder: Path, command: list[str]) -> None:
    assert "engram" in printed(command, folder).lower()


def test_packages_of_the_users_do_not_hide_the_command(full_folder: Path, tiny_artifact: Path) -> None:
    assert printed([*ENGRAM, "--version"], full_folder).startswith("engram ")
    answer = printed([*ENGRAM, "predict", "tiny", "A fine story."], full_folder, tiny_artifact.parents[1])
    assert json.loads(answer)["label"] in ("negative", "positive")


@pytest.mark.parametrize("command", [TRAINING, ENGRAM])
def test_the_processes_that_score_are_ours(folder: Path, tiny_artifact: Path, command: list[str]) -> None:
    (folder / "in.txt").write_text("A fine story.\nA mess.\n")
    score = [*command, "score", str(tiny_artifact), "in.txt", "out.jsonl", "--processes", "2"]
    assert printed(score, folder) == "out.jsonl\n"
    assert len((folder / "out.jsonl").read_text().splitlines()) == 2


def test_a_script_beside_such_a_module_can_ask(folder: Path) -> None:
    (folder / "ask.py").write_text(
        "from models import User\nfrom service.client import Client\nprint(Client.__name__, User.__name__)\n"
    )
    assert printed([sys.executable, "ask.py"], folder) == "Client User\n"


def test_the_service_starts_and_answers_beside_such_packages(full_folder: Path, tiny_artifact: Path) -> None:
    command = [*ENGRAM, "serve", "--port", "0", "--engine", "onnx", "--model", "tiny"]
    with subprocess.Popen(
        command,
        cwd=full_folder,
        env=environment(tiny_artifact.parents[1]) | {"ENGRAM_WORKERS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        try:
            lines: list[str] = []
            while not any('"listening"' in line for line in lines):
                line = process.stdout.readline()
                assert line, lines
                lines.append(line)
            address = json.loads(lines[-1])["address"]
            assert answered(address)["model"] == "tiny"
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
    assert process.returncode == 0


def answered(address: str) -> dict[str, object]:
    """The reply to a text, once the model is loaded."""
    body = json.dumps({"text": "A fine story."}).encode()
    request = urllib.request.Request(f"{address}/predict", body, {"Content-Type": "application/json"})
    for _ in range(150):
        try:
            with urllib.request.urlopen(request, timeout=5) as reply:
                found: dict[str, object] = json.load(reply)
                return found
        except urllib.error.HTTPError as error:
            error.close()
            time.sleep(0.2)
    raise AssertionError("the model was never loaded")

"""The commands of the README, run as a reader would: in order, in one folder.

Every command and every Python block is either run here, or stands in ``ELSEWHERE`` with what runs it.
"""

import csv
import importlib.util
import re
import shutil
import sysconfig
import tomllib
from pathlib import Path

import pytest

from service.server import listen
from tests.docs.reader import Reader

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
# What a test folder cannot do; and the file, with the words in it, that does it. Nothing here runs Docker:
# that the image's parts are there is looked at by other tests.
ELSEWHERE = {
    "make demo": (".ci/run", "make demo SERVE=0"),
    "make test": (".ci/run", "make test MARKERS="),
    "python -m examples.flights": ("tests/examples/test_flights.py", "examples.flights"),
    "docker build -t engram .": ("Dockerfile", "AS full"),
    "docker build -t engram-slim --target slim .": ("Dockerfile", "AS slim"),
    "docker compose up": ("compose.yaml", "127.0.0.1:"),
}
# Needs a network: that what it names exists is looked at here.
INSTALLS = (
    "python3.11 -m venv .venv && .venv/bin/pip install --require-hashes -r requirements.txt",
    ".venv/bin/pip install --no-deps .",
    "source .venv/bin/activate",
)
SERVICE = "python -m service"


def blocks() -> list[tuple[str, list[str]]]:
    """Kind and commands of each block; a Python block is one command."""
    found = []
    for kind, content in FENCED.findall(README):
        lines = content.splitlines()
        prompted = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        # A comment that goes on in the next line is no command.
        plain = [line for line in lines if line and not line.startswith(" ")]
        commands = [content] if kind == "python" else prompted or plain
        found.append((kind, [re.sub(r"\s{2,}#.*", "", command) for command in commands]))
    return found


COMMANDS = [
    command.split("  # ")[0].strip() for kind, some in blocks() if kind != "python" for command in some
]
PROGRAMS = [command for kind, some in blocks() if kind == "python" for command in some]
RUN = [c for c in COMMANDS if c not in ELSEWHERE and c not in INSTALLS and c != SERVICE]


def test_every_command_is_run_or_listed() -> None:
    strange = [command for command in RUN if command.split()[0] not in ("engram", "curl")]

    assert strange == []
    assert set(ELSEWHERE) | set(INSTALLS) | {SERVICE} <= set(COMMANDS)
    assert len(RUN) >= 10


@pytest.mark.parametrize("command", ELSEWHERE)
def test_what_is_not_run_here_is_run_elsewhere(command: str) -> None:
    path, words = ELSEWHERE[command]

    assert words in (ROOT / path).read_text(encoding="utf-8")


def test_what_is_installed_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert "--hash=sha256:" in (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert project["build-system"]["build-backend"] == "hatchling.build"
    assert project["project"]["scripts"]["engram"] == "training.cli.main:run"
    assert (Path(sysconfig.get_path("scripts")) / "engram").exists()


def test_commands_within_sentences_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"`(make|python -m) ([\w.-]+)", README)

    assert len(named) >= 6
    for program, name in named:
        if program == "make":
            assert re.search(rf"^{re.escape(name)}:.*## ", makefile, re.MULTILINE), name
        else:
            assert importlib.util.find_spec(name), name


def test_each_shown_request_is_one_line() -> None:
    """A line that is broken within a string is no JSON."""
    for command in COMMANDS:
        assert command.count("'") % 2 == 0, command


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_commands_do_what_the_readme_says(tmp_path: Path) -> None:
    write_data(tmp_path)
    with listen("127.0.0.1", 0) as free:
        reader = Reader(tmp_path, port=free.getsockname()[1])
    verbs = [command for command in RUN if not command.startswith("curl")]
    for command in verbs:
        if "mails/2" in command:
            # A second version, which the README leaves to the reader.
            shutil.copytree(tmp_path / "artifacts/mails/1", tmp_path / "artifacts/mails/2")
        reader.run(command, 0, "README.md")
    service = reader.serve(SERVICE)
    try:
        for command in RUN:
            if command.startswith("curl"):
                printed = reader.run(command.replace("curl ", "curl -s ", 1), 0, "README.md")
                assert '"predictions":[{"label":' in printed
        for number, program in enumerate(PROGRAMS):
            path = tmp_path / f"program{number}.py"
            path.write_text(program.replace("8501", reader.port), encoding="utf-8")
            printed = reader.run(f"python {path.name}", 0, "README.md")
            assert re.match(r"(positive|negative) \[", printed)
    finally:
        assert reader.stop(service) == 0


def write_data(folder: Path) -> None:
    """The files that the commands name."""
    with (ROOT / "examples" / "tiny.csv").open(encoding="utf-8", newline="") as file:
        rows = [{"text": row["text"], "label": row["label"]} for row in csv.DictReader(file)][:200]
    files = {
        "mails.csv": rows,
        "other.csv": rows[:40],
        "texts.csv": [{"text": row["text"]} for row in rows],
    }
    for name, content in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(content[0]))
            writer.writeheader()
            writer.writerows(content)

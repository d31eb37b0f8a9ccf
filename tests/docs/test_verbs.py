"""Every command of a page can be given as it is written: verb, options and values are the parser's."""

import re
import shlex
from pathlib import Path

import pytest

from training.cli.main import build_parser

ROOT = Path(__file__).resolve().parents[2]
FENCED = re.compile(r"^```\w*\n(.*?)^```", re.DOTALL | re.MULTILINE)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = [
    (path.name, line)
    for path in PAGES
    for block in FENCED.findall(path.read_text(encoding="utf-8"))
    for line in block.replace("\\\n", "").splitlines()
    if line.startswith("engram ") and not re.match(r"engram [\w-]+: ", line)  # no message of a verb
]


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_command_of_a_page_is_one_of_the_parser(page: str, line: str) -> None:
    words = shlex.split(line, comments=True)
    if "|" in words:
        words = words[: words.index("|")]

    build_parser().parse_args(words[1:])


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_verbs_named_within_sentences_exist(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prose = FENCED.sub("", path.read_text(encoding="utf-8"))
    for verb in set(re.findall(r"`engram ([a-z][\w-]*)", prose)):
        with pytest.raises(SystemExit) as ended:
            build_parser().parse_args([verb, "--help"])
        assert ended.value.code == 0, verb

"""The tags example: its messages, and what its model answers over HTTP."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from examples.served import answers
from examples.tags.__main__ import CONFIG, QUESTIONS
from examples.tags.grammar import ABOUT, messages, write

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = ({"damage", "refund"}, {"invoice"}, {"delivery", "praise"}, set())


def test_messages_have_any_number_of_keywords() -> None:
    found = messages(400, seed=1)
    assert found == messages(400, seed=1)
    assert {len(labels) for _, labels in found} == {0, 1, 2, 3}
    assert {label for _, labels in found for label in labels} == set(ABOUT)
    assert not {text for text, _ in found} & set(QUESTIONS)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_served_model_finds_the_keywords(tmp_path: Path) -> None:
    write(tmp_path)
    command = [sys.executable, "-m", "training", "train", str(CONFIG)]
    command.append(f"--set=data.train={json.dumps(str(tmp_path / 'messages.jsonl'))}")
    command.append(f"--set=output.artifacts={json.dumps(str(tmp_path))}")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "tags" / "1" / "manifest.json").read_text())
    assert manifest["test"]["metrics"]["macro_f1"]["value"] > 0.95
    assert manifest["test"]["cardinality"].keys() == {"labelled", "answered"}
    served = answers(tmp_path, "tags", QUESTIONS)
    found = [{score["label"] for score in answer["labels"]} for answer in served]
    assert sum(mine == wanted for mine, wanted in zip(found, EXPECTED, strict=True)) >= 3

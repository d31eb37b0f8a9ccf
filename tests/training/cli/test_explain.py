"""``engram explain``: a table for a person, JSON for a program."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.figures import in_percent

RunCli = Callable[..., Any]


def test_each_word_has_a_line_with_its_effect_and_the_answer_so_far(
    engram: RunCli, tiny_artifact: Path
) -> None:
    shown = engram("explain", tiny_artifact, "a gripping [bold]story")
    assert shown.code == 0
    body = json.loads(engram("explain", tiny_artifact, "a gripping [bold]story", "--json").out)
    lines = shown.out.splitlines()
    assert lines[0].startswith(body["label"])
    assert f"effect on {body['label']} (points)" in lines[1]
    assert len(lines) == 2 + len(body["words"])
    for line, word, prefix in zip(lines[2:], body["words"], body["prefixes"], strict=True):
        assert line.startswith(word["word"])
        assert in_percent(word["effect"], signed=True) in line
        assert line.rstrip().endswith(f"{prefix['label']} {prefix['confidence']:.0%}")


def test_a_text_without_a_word_is_said_to_have_none(engram: RunCli, tiny_artifact: Path) -> None:
    shown = engram("explain", tiny_artifact, " ")
    assert shown.code == 0
    assert "no word in the text that the model could read" in shown.out


def test_every_engine_explains_alike(engram: RunCli, tiny_artifact: Path) -> None:
    one, other = (
        json.loads(engram("explain", tiny_artifact, "a gripping story", "--json", "--engine", name).out)
        for name in ("savedmodel", "onnx")
    )
    assert [word["effect"] for word in one["words"]] == pytest.approx(
        [word["effect"] for word in other["words"]], abs=1e-5
    )

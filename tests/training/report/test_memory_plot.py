from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from training.report.memory_plot import memory_plot
from training.report.render import render_report


@pytest.mark.parametrize(
    ("norms", "words"),
    [
        ([2.0, 0.2, 0.04, 0.01], "below a hundredth of the last word's after 3 words."),
        ([2.0, 0.01], "after 1 word."),
        ([2.0, 3.0, 1.0], "stays above a hundredth"),
        ([0.0, 0.0], "after 0 words."),
    ],
)
def test_the_caption_says_how_far_the_memory_reaches(norms: list[float], words: str) -> None:
    assert words in memory_plot(norms).caption


def test_the_page_shows_it_and_older_models_have_none(make_material: Callable[..., Any]) -> None:
    material = make_material()
    shown = render_report(material)
    assert "How far back the memory reaches" in shown
    assert "0.01" in shown
    assert "mathdefault" not in shown
    older = replace(material, manifest=material.manifest.model_copy(update={"training": {"seed": 1}}))
    assert "How far back the memory reaches" not in render_report(older)

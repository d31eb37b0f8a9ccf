"""The pictures of README and pages, and the scenes they come from."""

import re
from pathlib import Path

import pytest

from docs.pictures.__main__ import can_be_taken
from docs.pictures.scenes import REPORTS, SCENES

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 700_000


def linked() -> set[Path]:
    """Every picture that a text shows."""
    found = set()
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        names = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", page.read_text(encoding="utf-8"))
        found |= {(page.parent / name).resolve() for name in names}
    return found


def test_every_picture_has_a_scene_and_every_scene_its_picture() -> None:
    assert {path.stem for path in IMAGES.iterdir()} == {*SCENES, *REPORTS}


def test_every_picture_is_shown_and_every_one_shown_is_there() -> None:
    assert {path for path in linked() if path.parent == IMAGES} == set(IMAGES.iterdir())


def test_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in IMAGES.iterdir()) < MOST_BYTES


def test_a_picture_that_cannot_be_taken_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("docs.pictures.__main__.has_chinese_font", lambda: False)
    assert can_be_taken("page-light", SCENES["page-light"], tmp_path)
    assert capsys.readouterr().out == ""
    assert not can_be_taken("curve-english", SCENES["curve-english"], tmp_path)
    assert f"curve-english is left as it is: {tmp_path} has no model sst2" in capsys.readouterr().out
    assert not can_be_taken("report-confidence", REPORTS["report-confidence"], tmp_path)
    assert "no font for Chinese" in capsys.readouterr().out
    (tmp_path / "sst2").mkdir()
    assert can_be_taken("curve-english", SCENES["curve-english"], tmp_path)

"""The pictures of README and pages, and the scenes they come from."""

import re
from pathlib import Path

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

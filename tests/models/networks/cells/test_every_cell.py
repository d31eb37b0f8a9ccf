"""Every registered cell has a page of tests here, with the loop that its states are held against."""

from pathlib import Path

from models.networks.registry import names

HERE = Path(__file__).parent


def test_every_registered_cell_is_held_against_a_loop() -> None:
    for cell in names("cell"):
        page = HERE / f"test_{cell}.py"
        assert page.exists(), f"no test of the cell {cell}"
        assert f'equals_loop("{cell}", loop' in page.read_text(encoding="utf-8"), page

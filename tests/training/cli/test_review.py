import pytest

from training.cli.review import _print
from training.review import Doubt, Review


@pytest.mark.parametrize(("rows", "asked"), [(2, True), (10, False)])
def test_a_column_that_the_texts_do_not_tell_is_asked_about(
    capsys: pytest.CaptureFixture[str], rows: int, asked: bool
) -> None:
    doubt = Doubt("train", 1, "the soup was cold", "north", "south", 0.9)
    _print(Review(rows, {"train": "a.csv"}, (doubt,), ()), most=5)
    said = capsys.readouterr()
    assert "a.csv, row 1 (train): 'north', perhaps 'south'" in said.out
    assert ("is data.label_column the right one?" in said.err) is asked

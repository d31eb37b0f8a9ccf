import pytest

from models.counted import counted


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (2_000, "2,000 rows")]
)
def test_one_thing_is_no_plural(count: int, words: str) -> None:
    assert counted(count, "row") == words

"""Rows keep their part under any seed and with any other rows."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ArtifactError, DataError
from training.config_file import parse_config
from training.data.division import Division, divide
from training.data.roles import Earlier, Roles, count_learned, read_roles
from training.data.rows import Rows

some_rows = st.lists(st.tuples(st.sampled_from([f"{i}" for i in range(25)]), st.sampled_from("xy")), max_size=30)
BASE = [(f"text {number}", "xy"[number % 2]) for number in range(40)]


def rows_of(pairs: list[tuple[str, str]]) -> Rows:
    return Rows(
        tuple(text for text, _ in pairs), tuple((label,) for _, label in pairs), (None,) * len(pairs)
    )


def divided(rows: Rows, seed: int, equal: str, earlier: Earlier | None = None) -> Division:
    data = {"train": "a.csv", "dev": 0.2, "test": 0.2, "equal_texts": equal}
    config = parse_config({"name": "a", "seed": seed, "data": data}, folder=Path())
    return divide(rows, {}, config, earlier)


@given(some_rows, some_rows, st.integers(0, 5), st.sampled_from(["together", "apart"]))
def test_every_row_of_before_is_where_it_was(
    first: list[tuple[str, str]], more: list[tuple[str, str]], seed: int, equal: str
) -> None:
    before = divided(rows_of([*BASE, *first]), 1, equal)
    rows = rows_of([*BASE, *first, *more])
    after = divided(rows, seed, equal, Earlier.of({"a/1": before.roles}))
    size = len(BASE) + len(first)
    for part, places in before.places.items():
        assert {place for place in after.places[part] if place < size} == set(places)
    assert sorted(place for places in after.places.values() for place in places) == list(range(len(rows)))


@given(some_rows, some_rows, st.integers(0, 5))
def test_no_text_learned_apart_judges_together(
    first: list[tuple[str, str]], more: list[tuple[str, str]], seed: int
) -> None:
    before = divided(rows_of([*BASE, *first]), 1, "apart")
    rows = rows_of([*more, *BASE, *first])
    after = divided(rows, seed, "together", Earlier.of({"a/1": before.roles}))
    learned = {rows_of([*BASE, *first]).texts[place] for place in before.places["train"]}
    for part in ("dev", "test"):
        assert not learned & {rows.texts[place] for place in after.places[part]}


def test_of_two_models_what_one_has_learned_never_judges() -> None:
    one, other = Roles.of({"train": ["a"], "test": ["b"]}), Roles.of({"train": ["b"], "test": ["a", "c"]})
    earlier = Earlier.of({"a/1": one, "b/1": other})
    assert earlier.parts(["a", "b", "c", "d"]) == ["train", "train", "test", None]
    assert earlier.judging(["a", "b", "c", "d"]) == [2, 3]
    assert earlier.named == "a/1 and b/1"


def test_a_text_that_a_run_has_learned_and_judged_may_judge_again() -> None:
    """A test file that repeats training rows, as its person gave it."""
    earlier = Earlier.of({"a/1": Roles.of({"train": ["a", "b"], "test": ["b  "]})})
    assert earlier.judging(["a", " b"]) == [1]
    assert earlier.parts(["b"]) == ["train"]


def test_roles_come_back_from_their_file(tmp_path: Path) -> None:
    assert read_roles(tmp_path) is None
    Roles.of({"train": ["a\ud800", "a  b", "a b"], "dev": []}).write(tmp_path)
    found = read_roles(tmp_path)
    assert found is not None
    assert (len(found.train), len(found.dev), len(found.test)) == (2, 0, 0)
    assert count_learned(found, ["a b ", "a\ud800", "c"]) == 2
    (tmp_path / "rows.npz").write_bytes(b"PK")
    with pytest.raises(ArtifactError, match=r"rows\.npz cannot be used"):
        read_roles(tmp_path)


def test_rows_that_all_have_judged_are_refused() -> None:
    judged = Roles.of({"test": [text for text, _ in BASE]})
    with pytest.raises(DataError, match="every row has judged a/1, so none is left to learn from"):
        divided(rows_of(BASE), 1, "together", Earlier.of({"a/1": judged}))

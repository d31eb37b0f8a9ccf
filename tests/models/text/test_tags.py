"""Entities and tags: the same in both directions, repaired where they are ill formed."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.text.tags import (
    Span,
    Tag,
    allowed_transitions,
    parse_tag,
    repairs,
    scheme_of,
    spans_of,
    tag_indices,
    tag_names,
    tags_at,
    tags_of,
)

TYPES = ["city", "time"]


def parse(row: str) -> list[Tag]:
    return [parse_tag(tag) for tag in row.split()]


@pytest.mark.parametrize(
    ("row", "spans"),
    [
        ("O S-city O", [Span(1, 2, "city")]),
        ("B-city E-city B-time I-time E-time", [Span(0, 2, "city"), Span(2, 5, "time")]),
        ("B-city B-city I-city O", [Span(0, 1, "city"), Span(1, 3, "city")]),
        ("O I-city I-city", [Span(1, 3, "city")]),
        ("B-city I-time", [Span(0, 1, "city"), Span(1, 2, "time")]),
        ("E-city I-city", [Span(0, 1, "city"), Span(1, 2, "city")]),
        ("B-PER M-PER L-PER U-LOC", [Span(0, 3, "PER"), Span(3, 4, "LOC")]),
        ("", []),
    ],
)
def test_tags_name_entities(row: str, spans: list[Span]) -> None:
    assert spans_of(parse(row)) == spans


def test_only_ill_formed_tags_are_repaired_and_counted() -> None:
    assert repairs(parse("O I-city I-city"), "BIO") == 1
    assert repairs(parse("B-city I-city O"), "BIO") == 0
    assert repairs(parse("B-city I-city O"), "BIOES") == 1
    assert repairs(parse("B-city E-city S-time"), "BIOES") == 0


def test_the_scheme_shows_in_the_tags() -> None:
    assert scheme_of(parse("B-city I-city O")) == "BIO"
    assert scheme_of(parse("O S-city")) == "BIOES"


def test_a_hyphen_may_stand_in_a_type() -> None:
    assert parse_tag("B-time-range") == Tag("B", "time-range")


@pytest.mark.parametrize("text", ["", "PER", "X-PER", "B-", "-PER", "BI-PER", "B-new york", "o"])
def test_what_is_no_tag_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="tag"):
        parse_tag(text)


@st.composite
def rows_of_spans(draw: st.DrawFn) -> tuple[list[Span], int]:
    spans, place = [], 0
    for gap, length, entity in draw(
        st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.sampled_from(TYPES)), max_size=5)
    ):
        spans.append(Span(place + gap, place + gap + length, entity))
        place += gap + length
    return spans, place + draw(st.integers(0, 2))


@given(rows_of_spans(), st.sampled_from(["BIO", "BIOES"]))
def test_entities_come_back_from_their_tags(row: tuple[list[Span], int], scheme: str) -> None:
    spans, length = row
    tags = tags_of(spans, length, scheme)  # type: ignore[arg-type]
    assert spans_of(tags) == spans
    assert repairs(tags, scheme) == 0  # type: ignore[arg-type]


def test_a_class_is_the_place_of_its_name() -> None:
    names = tag_names(TYPES)
    assert names == ["O", *(f"{letter}-{entity}" for entity in TYPES for letter in "BIES")]
    indices = tag_indices(parse(" ".join(names)), TYPES)
    assert indices == list(range(9))
    assert [f"{tag.letter}-{tag.entity}".rstrip("-") for tag in tags_at(indices, TYPES)] == names


def test_exactly_the_well_formed_rows_are_allowed() -> None:
    """Every row of three tags: the matrix allows it where writing it anew changes nothing."""
    allowed = allowed_transitions(len(TYPES))
    tags = [parse_tag(name) for name in tag_names(TYPES)]
    outside = len(tags)
    for path in product(range(outside), repeat=3):
        steps = zip((outside, *path), (*path, outside), strict=True)
        well_formed = repairs([tags[index] for index in path], "BIOES") == 0
        assert all(allowed[i, j] for i, j in steps) == well_formed

"""Entities of texts as the tags of tokens, and back."""

from models.text.tags import Span
from training.tagging.encode import gold_spans


def test_ends_move_to_those_of_the_tokens() -> None:
    gold, by_token = gold_spans([Span(3, 9, "city")], [(0, 2), (4, 7), (8, 9), (10, 12)])
    assert gold == (Span(4, 9, "city"),)
    assert by_token == [Span(1, 3, "city")]


def test_what_no_tokens_make_up_stays_and_cannot_be_answered() -> None:
    inside_a_token, behind_the_last = Span(1, 3, "a"), Span(20, 25, "b")
    gold, by_token = gold_spans([inside_a_token, behind_the_last], [(0, 4), (5, 8)])
    assert gold == (inside_a_token, behind_the_last)
    assert by_token == []

"""What the page of a tagging model marks in its example texts."""

import numpy as np

from models.text.tags import Span, allowed_transitions, tag_names
from training.report.marked import Piece, marked
from training.report.transitions import strongest, transition_plot


def test_entities_are_marked_as_right_invented_or_missed() -> None:
    text = "fly from Rome to Oslo on Monday"
    gold = [Span(9, 13, "city"), Span(17, 21, "city"), Span(25, 31, "time")]
    said = [Span(9, 13, "city"), Span(17, 24, "city")]
    assert marked(text, gold, said) == (
        Piece("fly from ", "", ""),
        Piece("Rome", "city", "right"),
        Piece(" to ", "", ""),
        Piece("Oslo on", "city", "invented"),
        Piece(" ", "", ""),
        Piece("Monday", "time", "missed"),
    )


def test_an_entity_of_another_type_shows_the_right_one() -> None:
    (piece,) = marked("Rome", [Span(0, 4, "from")], [Span(0, 4, "to")])
    assert piece == Piece("Rome", "to", "invented", "from")


def test_long_stretches_between_entities_are_shortened() -> None:
    text = f"{'a' * 900} Rome {'b' * 900}"
    before, _, after = marked(text, [Span(901, 905, "city")], [])
    assert len(before.text) < 320 > len(after.text)
    assert before.text.startswith("aaa")
    assert after.text.endswith("bbb")


def test_the_likeliest_and_the_unlikeliest_allowed_pairs_are_listed() -> None:
    scores = np.where(allowed_transitions(1), np.arange(36).reshape(6, 6), -1e4).astype(np.float32)
    pairs = strongest(scores, tag_names(["city"]), 2)
    assert len(pairs) == 4
    assert [pair.score for pair in pairs] == sorted((pair.score for pair in pairs), reverse=True)
    assert (pairs[0].before, pairs[0].after) == ("beginning", "S-city")
    assert all(pair.score > -1e4 for pair in pairs)
    assert "<svg" in transition_plot(scores).svg

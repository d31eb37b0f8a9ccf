"""Ids of requests: what a caller sends is echoed, or stands before what nobody can guess."""

import re

import pytest

from service.request_ids import echoed_id, own_id


def test_an_id_of_our_own_begins_with_the_one_that_was_sent() -> None:
    made = {own_id("ticket-17") for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"ticket-17\.[0-9a-f]{32}", each) for each in made)


@pytest.mark.parametrize(("length", "kept"), [(95, 95), (96, 95), (128, 95)])
def test_an_id_that_would_be_too_long_is_cut(length: int, kept: int) -> None:
    sent = "a" * (length - 1) + "b"
    begin, _, made = own_id(sent).partition(".")
    assert begin == sent[:kept]
    assert len(made) == 32


@pytest.mark.parametrize("sent", ["", "x" * 129, 'a"b', "a b", "a\n", "é", "a,b"])
def test_what_is_not_sane_is_left_out(sent: str) -> None:
    for make in (own_id, echoed_id):
        assert re.fullmatch(r"[0-9a-f]{32}", make(sent))


def test_an_id_that_is_echoed_stays_as_it_is() -> None:
    assert echoed_id("abc-1.2:3") == "abc-1.2:3"

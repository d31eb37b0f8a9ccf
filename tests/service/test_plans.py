import pytest

from service.plans import Plan, parse_canaries, parse_shadows


def test_a_canary_is_a_version_or_a_label_with_a_share() -> None:
    assert parse_canaries("reviews=7:10, topics=next:0.5") == {
        "reviews": Plan(7, 10.0),
        "topics": Plan("next", 0.5),
    }
    assert parse_shadows("reviews=7,topics=next") == {"reviews": Plan(7), "topics": Plan("next")}
    assert parse_canaries(None) == parse_shadows("") == {}


@pytest.mark.parametrize(
    "text",
    [
        "reviews",
        "reviews=7",
        "=7:1",
        "reviews=:1",
        "reviews=7:0",
        "reviews=7:100",
        "reviews=7:x",
        "reviews=7:nan",
        "a=7:1,a=8:1",
    ],
)
def test_what_is_no_canary_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NAME=VERSION"):
        parse_canaries(text)

"""How a token is capitalised, and the ids that tell it."""

# 0 is padding and 1 "other", as with ids: each case but the first is the id of its own token below.
SMALL, INITIAL, CAPITALS, MIXED = 1, 2, 3, 4
CASES = 5
CASE_TOKENS = ("[Aa]", "[AA]", "[aA]")
"""Of a token with a capital at its beginning alone, of capitals, of others with one. No text holds a token of
this form, since a bracket is one of its own."""


def case_of(written: str, lowered: str) -> int:
    """How a token is capitalised: no capital, the first alone, all (of several), or some.

    Args:
        written: the token.
        lowered: the same in lower case, character by character.
    """
    if written == lowered:
        return SMALL
    capitals = [own != low for own, low in zip(written, lowered, strict=True)]
    if capitals[0] and sum(capitals) == 1:
        return INITIAL
    return CAPITALS if all(capitals) else MIXED

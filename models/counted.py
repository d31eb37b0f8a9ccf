"""A number of things, in words a person would write."""


def counted(count: int, thing: str) -> str:
    """``count`` and what it counts: "1 row", "2,000 rows".

    Args:
        count: how many there are.
        thing: the name of one; more of them are named with an "s" at the end.
    """
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"

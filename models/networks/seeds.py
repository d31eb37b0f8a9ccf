"""One seed a run, one derived seed for each random choice in it."""

from hashlib import sha256


def derive(seed: int, name: str) -> int:
    """A seed for the part called ``name``; adding a part elsewhere does not change it.

    Returns:
        A number below 2**31.
    """
    digest = sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1

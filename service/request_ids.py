"""The id of a request: the one that its caller sent, or one that nobody can guess."""

import re
import secrets

_LONGEST = 128
_SANE = re.compile(rf"[\w.:/+=-]{{1,{_LONGEST}}}", re.ASCII)
_RANDOM_BYTES = 16


def echoed_id(sent: str) -> str:
    """The id that was sent; a random one where that is none, or no sane one."""
    return sent if _SANE.fullmatch(sent) else _random()


def own_id(sent: str) -> str:
    """A random id, behind the one that was sent, if that is sane, so that logs are searched by it.

    Whoever sends an id that somebody else has sent, or was given, gets another one.
    """
    made = _random()
    if not _SANE.fullmatch(sent):
        return made
    return f"{sent[: _LONGEST - len(made) - 1]}.{made}"


def _random() -> str:
    return secrets.token_hex(_RANDOM_BYTES)

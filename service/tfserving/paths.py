"""Paths as TensorFlow Serving reads them: in upper or lower case, but for the names in them."""

import re

# In turns what has any case and what is a name or a number.
_PARTS = re.compile(
    r"(/v1/models/)([^/:]+)(?:(/versions/)(\d+)|(/labels/)([^/:]+))?(:[a-z]+|/metadata)?", re.IGNORECASE
)


def lower_path(path: str) -> str:
    """``path`` with all but its names in lower case; as it is where it is no path of this protocol."""
    match = _PARTS.fullmatch(path)
    if match is None:
        return path
    return "".join(part if i % 2 else part.lower() for i, part in enumerate(match.groups(default="")))

"""Where a row stands, so that a reader can find it."""

from collections.abc import Callable
from pathlib import PurePath

from models.runtime.manifest import Manifest


def places(manifest: Manifest) -> Callable[[str, int], str]:
    """The words for a row, by its part and its number in its file from 1: ``row 1,234 of a.csv (test)``.

    Dev and test may be shares of the file of train; without a file the part alone is named.
    """
    data = manifest.config.get("data", {})

    def place(part: str, number: int) -> str:
        own = data.get(part)
        path = own if isinstance(own, str) else data.get("train")
        if not isinstance(path, str):
            return f"{part} row {number:,}"
        return f"row {number:,} of {PurePath(path).name} ({part})"

    return place

"""Which version of this package runs."""

from importlib.metadata import PackageNotFoundError, version


def engram_version() -> str:
    """The version of this package; "0" where it is not installed."""
    try:
        return version("engram")
    except PackageNotFoundError:
        return "0"

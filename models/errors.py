"""The one hierarchy of errors Engram raises on purpose.

Every message is a sentence for a person: what failed, the value, and what is allowed. The command line
turns a class into an exit code (``exit_code``), the service turns it into a status; neither reads the text.
"""

from typing import ClassVar


class EngramError(Exception):
    """Something failed that the caller should hear of. Exit code 1."""

    exit_code: ClassVar[int] = 1


class InputError(EngramError):
    """What the caller gave cannot be used: wrong usage, config or data. Exit code 2."""

    exit_code: ClassVar[int] = 2


class ConfigError(InputError):
    """A config file, key or combination of values is not allowed."""


class DataError(InputError):
    """A data file is missing, unreadable, or holds rows that cannot be used."""


class ArtifactNotFoundError(InputError):
    """No saved model stands at the path or under the name given."""


class ArtifactError(EngramError):
    """A saved model exists but is damaged, incomplete, or answers something else than it did when saved."""


class LabelsError(ArtifactError):
    """The version labels cannot be read, or what stands in their place holds none."""


class TrainingError(EngramError):
    """Training could not go on (for example: the loss is not a number)."""

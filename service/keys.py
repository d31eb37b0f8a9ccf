"""API keys: a file that names who may ask and holds no key, only the hash of each."""

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from models.errors import ConfigError, InputError
from service.logs import log_event

_LINE = re.compile(r"(?P<name>[\w.@-]{1,64}):(?P<hash>[0-9a-fA-F]{64})", re.ASCII)
_LOOK_S = 1.0


class KeyFile:
    """The keys of a file of ``name:sha256hex`` lines; changes of the file count from the next second on.

    A key must be long and random: what is stored is its plain sha256.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Reads the file.

        Raises:
            ConfigError: it cannot be read, a line is none of a key, or there is no key.
        """
        self._path = path
        self._clock = clock
        self._looked = clock()
        self._changed = _changed(path)
        self._keys = read_keys(path)

    def name_of(self, key: str) -> str | None:
        """Whose key it is; None where it is nobody's. Takes the same time whichever it is."""
        if self._clock() - self._looked >= _LOOK_S:
            self._look()
        digest = digest_of(key)
        found = None
        for name, stored in self._keys:
            # All are compared, each in constant time: how long it takes tells nothing.
            if hmac.compare_digest(digest, stored):
                found = name
        return found

    def _look(self) -> None:
        self._looked = self._clock()
        try:
            changed = _changed(self._path)
            if changed == self._changed:
                return
            self._changed = changed
            self._keys = read_keys(self._path)
        except ConfigError as error:
            # Those who could ask before still can.
            log_event("api_keys_unreadable", "error", reason=str(error))
        else:
            log_event("api_keys_read", count=len(self._keys))


def digest_of(key: str) -> bytes:
    """What is compared in place of a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def make_key(name: str) -> tuple[str, str]:
    """A line for the file and the new key that it knows.

    Raises:
        InputError: the file cannot hold that name.
    """
    key = secrets.token_urlsafe(32)
    line = f"{name}:{digest_of(key).hex()}"
    if not _LINE.fullmatch(line):
        raise InputError(
            f"A key cannot be named {name!r}; use 1 to 64 letters of ASCII, digits and . _ @ - characters."
        )
    return line, key


def read_keys(path: Path) -> list[tuple[str, bytes]]:
    """Name and sha256 of each key; blank lines and those that begin with # are none.

    Raises:
        ConfigError: the file cannot be used; the message never quotes a line, which may hold a key.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(f"ENGRAM_API_KEYS is {path}, which cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"ENGRAM_API_KEYS is {path}, which is not UTF-8") from error
    keys: dict[str, bytes] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise ConfigError(
                f"ENGRAM_API_KEYS: line {number} of {path} is not NAME:SHA256, 64 hexadecimal digits behind "
                "a name of letters, digits and . _ @ -"
            )
        if match["name"] in keys:
            raise ConfigError(f"ENGRAM_API_KEYS: line {number} of {path} repeats the name {match['name']!r}")
        keys[match["name"]] = bytes.fromhex(match["hash"])
    if not keys:
        raise ConfigError(f"ENGRAM_API_KEYS is {path}, which holds no key: nobody could ask")
    return list(keys.items())


def _changed(path: Path) -> tuple[int, int, int]:
    try:
        facts = path.stat()
    except OSError as error:
        raise ConfigError(f"ENGRAM_API_KEYS is {path}, which cannot be read: {error.strerror}") from error
    return facts.st_ino, facts.st_size, facts.st_mtime_ns

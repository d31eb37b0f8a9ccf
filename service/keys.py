"""API keys: a file that names who may ask and holds no key, only the hash of each."""

import hashlib
import hmac
import os
import re
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from models.errors import ConfigError, InputError
from service.logs import Teller, log_event

_LINE = re.compile(r"(?P<name>[\w.@-]{1,64}):(?P<hash>[0-9a-fA-F]{64})", re.ASCII)
_LOOK_S = 1.0

Keys = list[tuple[str, bytes]]


class KeyFile:
    """The keys of a file of ``name:sha256hex`` lines; changes of the file count from the next second on.

    A key must be long and random: what is stored is its plain sha256. While the file cannot be used, the keys
    that were read last stay in force.
    """

    def __init__(
        self, path: Path, clock: Callable[[], float] = time.monotonic, kept: Path | None = None
    ) -> None:
        """Reads the file.

        Args:
            kept: a file for the keys that were read last, by whichever process; one that begins while
                ``path`` cannot be used takes them from there.

        Raises:
            ConfigError: it cannot be read, a line is none of a key, or there is no key, and none are kept.
        """
        self._path = path
        self._clock = clock
        self._kept = kept
        self._teller = Teller()
        self._looked = clock()
        # What the file looked like when it was read well.
        self._seen: tuple[int, int, int] | None = None
        self._keys: Keys = []
        try:
            self._read()
        except ConfigError as error:
            if kept is None or not kept.exists():
                raise
            self._keys = read_keys(kept)
            self._teller.tell("api_keys_unreadable", str(error))

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
            if self._read():
                log_event("api_keys_read", count=len(self._keys))
            self._teller.tell("api_keys_unreadable", None)
        except ConfigError as error:
            # Those who could ask before still can, and nobody else.
            self._teller.tell("api_keys_unreadable", str(error))

    def _read(self) -> bool:
        """Whether the file has changed, and is read."""
        changed = _changed(self._path)
        if changed == self._seen:
            return False
        # After a failure it is read again, though it may look the same: its permissions may have changed.
        self._seen = None
        self._keys = read_keys(self._path)
        self._seen = changed
        self._keep()
        return True

    def _keep(self) -> None:
        if self._kept is None:
            return
        unfinished = self._kept.with_name(f"{self._kept.name}.{os.getpid()}")
        try:
            unfinished.touch(mode=0o600)
            unfinished.write_text("".join(f"{name}:{stored.hex()}\n" for name, stored in self._keys))
            unfinished.replace(self._kept)
        except OSError as error:
            log_event("api_keys_not_kept", "warning", reason=str(error))


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


def read_keys(path: Path) -> Keys:
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

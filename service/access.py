"""Who may ask: API keys, the admin token, and how often. Knows no Flask."""

import hmac
import math
from dataclasses import dataclass
from pathlib import Path

from service.errors import AdminTokenError, InvalidKeyError, KeyRequiredError, RateLimitedError
from service.keys import KeyFile, digest_of
from service.rate import RateLimit
from service.settings import Settings

ADMIN = "(admin)"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. ``name``: of the key, ``ADMIN``, or "" for somebody without one."""

    name: str
    admin: bool


def open_keys(settings: Settings, shared: Path | None = None) -> KeyFile | None:
    """The file of keys; None where nobody needs one.

    Raises:
        ConfigError: it cannot be used, and ``shared`` keeps no keys that were read before.
    """
    if settings.api_keys is None:
        return None
    return KeyFile(settings.api_keys, kept=shared / "keys" if shared else None)


class Access:
    """Decides on a request by its ``Authorization`` header."""

    def __init__(self, settings: Settings, shared: Path | None = None) -> None:
        """Reads the keys.

        Args:
            shared: the folder that the workers of one service share; it keeps the keys that were read last.

        Raises:
            ConfigError: the file of keys cannot be used, and none are kept.
        """
        self._keys = open_keys(settings, shared)
        token = settings.admin_token
        self._admin = digest_of(token.get_secret_value()) if token else None
        # Connections are shared out to the workers: each lets through its part.
        share = settings.rate_limit / settings.workers
        self._rate = RateLimit(share) if share else None

    @property
    def open(self) -> bool:
        """Everybody may ask, as often as they like."""
        return self._keys is None and self._rate is None

    def admit(self, authorization: str, address: str) -> Caller:
        """Lets a caller in.

        Args:
            authorization: the header; "" where there is none.
            address: where the request came from; tells callers without a key apart.

        Raises:
            KeyRequiredError: no key came along, and one is needed.
            InvalidKeyError: what came along is none.
            RateLimitedError: this caller has asked too often.
        """
        caller = self._caller(authorization)
        if self._rate is not None and not caller.admin:
            wait = self._rate.wait_s(caller.name or address)
            if wait:
                raise RateLimitedError(
                    f"too many requests; ask again in {wait:.1f} s", retry_after=max(1, math.ceil(wait))
                )
        return caller

    def require_admin(self, authorization: str) -> None:
        """Lets the holder of the admin token through, nobody else.

        Raises:
            AdminTokenError: it did not come along, or none is set.
        """
        if self._admin is None:
            raise AdminTokenError("ENGRAM_ADMIN_TOKEN is not set, so nobody may do this")
        if not self._is_admin(_bearer(authorization)):
            raise AdminTokenError("this needs the admin token, as 'Authorization: Bearer TOKEN'")

    def _caller(self, authorization: str) -> Caller:
        key = _bearer(authorization)
        # Both are looked at whatever the first one says: time tells nothing.
        admin = self._is_admin(key)
        if self._keys is None:
            return Caller(ADMIN if admin else "", admin)
        name = self._keys.name_of(key)
        if admin:
            return Caller(ADMIN, True)
        if not authorization:
            raise KeyRequiredError("this service needs a key, as 'Authorization: Bearer KEY'")
        if name is None:
            raise InvalidKeyError("the key is none of this service's; send 'Authorization: Bearer KEY'")
        return Caller(name, False)

    def _is_admin(self, key: str) -> bool:
        return self._admin is not None and hmac.compare_digest(digest_of(key), self._admin)


def _bearer(authorization: str) -> str:
    scheme, _, key = authorization.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""

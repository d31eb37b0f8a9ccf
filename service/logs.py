"""The log: one JSON object a line on standard output, from this code and every library."""

import contextlib
import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Literal

from gunicorn.glogging import Logger
from pydantic_core import PydanticSerializationError, to_json

Level = Literal["debug", "info", "warning", "error", "critical"]


def log_event(event: str, level: Level = "info", **fields: Any) -> None:
    """Writes one line. It never holds a request's text."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = {"time": now, "level": level, "event": event, "pid": os.getpid(), **fields}
    # One write a line: lines of several processes do not mix. A lost line fails no request.
    with contextlib.suppress(OSError):
        sys.stdout.write(_as_json(line) + "\n")
        sys.stdout.flush()


def _as_json(line: dict[str, Any]) -> str:
    try:
        return to_json(line, fallback=str).decode()
    except PydanticSerializationError:  # a lone surrogate
        return json.dumps(line, default=str)


class Teller:
    """Logs what is wrong, once until it changes."""

    def __init__(self) -> None:
        self._told: dict[str, str | None] = {}

    def tell(self, event: str, reason: str | None, level: Level = "error") -> None:
        """Logs the reason, unless it was the last one told; None says that nothing is wrong any more.

        Args:
            event: its name, and after a space what it is about.
        """
        if reason and reason != self._told.get(event):
            log_event(event.split()[0], level, reason=reason)
        self._told[event] = reason


class JsonLineHandler(logging.Handler):
    """Sends the records of the standard logging module the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes ``record`` as one line, a traceback inside it."""
        fields: dict[str, Any] = {"logger": record.name, "message": record.getMessage()}
        if record.exc_info and record.exc_info[0]:
            fields["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        log_event("log", record.levelname.lower(), **fields)  # type: ignore[arg-type]


class GunicornLog(Logger):  # type: ignore[misc]
    """gunicorn's log without the line a request: the application writes its own."""

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Writes nothing, and does not compose what it would not write."""


def logging_config(level: str = "WARNING") -> dict[str, Any]:
    """For ``logging.config.dictConfig``: every logger, gunicorn's too, writes JSON lines."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"json": {"class": "service.logs.JsonLineHandler"}},
        "root": {"level": level, "handlers": ["json"]},
        "loggers": {
            name: {"level": level, "handlers": [], "propagate": True}
            for name in ("gunicorn.error", "gunicorn.access")
        },
    }

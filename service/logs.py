"""The log: one JSON object a line on standard output, from this code and every library."""

import contextlib
import json
import logging
import os
import sys
import time
import traceback
from typing import Any, Literal

Level = Literal["debug", "info", "warning", "error", "critical"]


def log_event(event: str, level: Level = "info", **fields: Any) -> None:
    """Writes one line. It never holds a request's text."""
    now = time.time()
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    line = {
        "time": f"{moment}.{int(now % 1 * 1000):03d}Z",
        "level": level,
        "event": event,
        "pid": os.getpid(),
    }
    line.update(fields)
    # One write a line: lines of several processes do not mix. A lost line fails no request.
    with contextlib.suppress(OSError):
        sys.stdout.write(json.dumps(line, default=str) + "\n")
        sys.stdout.flush()


class JsonLineHandler(logging.Handler):
    """Sends the records of the standard logging module the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes ``record`` as one line, a traceback inside it."""
        fields: dict[str, Any] = {"logger": record.name, "message": record.getMessage()}
        if record.exc_info and record.exc_info[0]:
            fields["traceback"] = "".join(traceback.format_exception(*record.exc_info))
        log_event("log", record.levelname.lower(), **fields)  # type: ignore[arg-type]


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

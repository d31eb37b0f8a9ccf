"""Rows appended to a file of JSON lines, each wholly or not at all."""

import errno
import json
import os
from pathlib import Path
from typing import Any

_LOOKED_AT_ONCE = 65536


def append_row(path: Path, row: dict[str, Any]) -> None:
    """Appends a row as one line; call it with the folder locked.

    What a crash left of the last line is cut off, so that the file stays one that can be read.

    Raises:
        OSError: it cannot be written; then the file is as it was.
    """
    line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        end, rest = _last_line(descriptor)
        if rest and _is_row(rest):
            # Somebody's own file, without a line break at its end.
            line = b"\n" + line
        elif rest:
            end -= len(rest)
            os.ftruncate(descriptor, end)
        try:
            written = os.write(descriptor, line)
            if written < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, end)
            raise
    finally:
        os.close(descriptor)


def _last_line(descriptor: int) -> tuple[int, bytes]:
    """The size of the file, and what stands behind its last line break."""
    size = os.fstat(descriptor).st_size
    rest = b""
    at = size
    while at > 0 and b"\n" not in rest:
        step = min(at, _LOOKED_AT_ONCE)
        at -= step
        rest = os.pread(descriptor, step, at) + rest
    return size, rest.rpartition(b"\n")[2]


def _is_row(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False

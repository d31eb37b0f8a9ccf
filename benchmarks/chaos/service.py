"""The service as shipped, in processes of its own, and an operator's calls to it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

_START_S = 180
_TOKEN = "chaos-" * 6


class Service:
    """``python -m service`` on a free port, with an admin token.

    Args:
        folder: for its log.
        settings: ENGRAM_* variables without the prefix.
    """

    def __init__(self, artifacts: Path, folder: Path, **settings: object) -> None:
        chosen = {"ARTIFACTS": artifacts, "PORT": 0, "WORKERS": 2, "ADMIN_TOKEN": _TOKEN, "RELOAD_S": 2}
        variables = {f"ENGRAM_{name}": str(value) for name, value in (chosen | settings).items()}
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "service"], env=os.environ | variables, stdout=log, stderr=log
            )
        self.port = 0

    def __enter__(self) -> Self:
        self.until("it listens", lambda: self.event("listening"))
        self.port = int(self.event("listening")["address"].rsplit(":", 1)[1])
        self.until("it is ready", lambda: self.ask("GET", "/readyz")[0] == 200)
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def event(self, name: str) -> Any:
        """The first line of the log with that event, or None."""
        for line in self.log.read_text().splitlines():
            if f'"event":"{name}"' in line:
                return json.loads(line)
        return None

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON (or text) of one call, with the admin token."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {_TOKEN}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=150) as reply:
                return reply.status, _parsed(reply.read())
        except urllib.error.HTTPError as error:
            return error.code, _parsed(error.read())
        except OSError:
            return 0, None

    def until(self, what: str, holds: Callable[[], Any], seconds: float = _START_S) -> None:
        """Waits until something holds.

        Raises:
            SystemExit: it does not.
        """
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit(f"{what}: not within {seconds} s\n{self.log.read_text()[-3000:]}")
            time.sleep(0.05)

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def counted(self) -> int:
        """Requests for answers that ``/metrics`` has counted."""
        text = self.ask("GET", "/metrics")[1]
        found = re.findall(r"^engram_requests_total\{([^}]*)\} (\S+)$", text, re.MULTILINE)
        asked = re.compile(r'route="(/predict|/v1/[^"]*:predict|/v2/[^"]*/infer)"')
        return int(sum(float(value) for labels, value in found if asked.search(labels)))


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode()

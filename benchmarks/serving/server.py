"""A server while it runs: started, ready, its processes' time and memory, stopped."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.serving.ways import WAYS, Setting, Way, environment_of

_PORTS = 3
_START_S = 180


@dataclass(frozen=True, slots=True)
class Server:
    """A running way of serving.

    Attributes:
        pid: its first process; the others descend from it.
        start_s: seconds from the start of that process to the first "ready".
    """

    way: Way
    port: int
    pid: int
    start_s: float

    def url(self, path: str) -> str:
        """The address of a call."""
        return f"http://127.0.0.1:{self.port}{path}"

    def ask(self, text: str) -> Any:
        """The reply to one text, parsed."""
        request = urllib.request.Request(
            self.url(self.way.path),
            json.dumps(self.way.body(text)).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    def counted(self) -> int:
        """Requests to ``/predict`` that ``/metrics`` has counted as answered."""
        with urllib.request.urlopen(self.url("/metrics"), timeout=30) as response:
            lines = response.read().decode().splitlines()
        found = [line for line in lines if re.match(r'engram_requests_total\{.*route="/predict"', line)]
        return int(sum(float(line.rsplit(" ", 1)[1]) for line in found if 'status="200"' in line))

    def cpu_s(self) -> float:
        """CPU time that its processes have used."""
        ticks = 0
        for pid in self.pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> dict[int, float]:
        """Memory of each of its processes in 10^6 bytes (``Rss`` of ``smaps_rollup``); workers have most."""
        return {pid: _memory_mb(pid, "Rss") for pid in self.pids()}

    def all_pss_mb(self) -> float:
        """Memory of all its processes together; what they share counts once (``Pss``)."""
        return sum(_memory_mb(pid, "Pss") for pid in self.pids())

    def pids(self) -> list[int]:
        """Its first process and all that descend from it."""
        pids = [self.pid]
        for pid in pids:
            for task in Path(f"/proc/{pid}/task").iterdir():
                # A thread may have ended since it was listed.
                with contextlib.suppress(FileNotFoundError):
                    pids += map(int, (task / "children").read_text().split())
        return pids


def _memory_mb(pid: int, kind: str) -> float:
    found = re.search(rf"^{kind}:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


@contextmanager
def started(name: str, setting: Setting, folder: Path) -> Iterator[Server]:
    """One way of serving, from its start until every text is answered at once.

    Args:
        folder: an empty folder of its own.

    Raises:
        SystemExit: it did not become ready.
    """
    port = _free_ports()
    command = WAYS[name].start(setting, port, folder)
    log_path = folder / "log"
    with log_path.open("w") as log:
        began = time.monotonic()
        process = subprocess.Popen(
            command.words,
            env=environment_of(command),
            cwd=command.folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}{WAYS[name].ready}", process, log_path)
            yield Server(WAYS[name], port, process.pid, time.monotonic() - began)
        finally:
            _stop(process)


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + _START_S
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise SystemExit(f"the server did not become ready: {log.read_text()[-2000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_ports() -> int:
    """The first of some free ports in a row."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first: int = probe.getsockname()[1]
        if first + _PORTS < 65536 and all(_is_free(first + number) for number in range(_PORTS)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

"""What an operator, and bad luck, do to a service."""

import os
import signal
import time

from benchmarks.chaos.service import Service
from benchmarks.chaos.timeline import Timeline
from benchmarks.chaos.versions import BROKEN, Versions


class Operations:
    """Changes what is served, and says when each change has reached every worker."""

    def __init__(self, service: Service, versions: Versions, timeline: Timeline) -> None:
        self.done: list[str] = []
        self.kills: list[float] = []
        self._service = service
        self._versions = versions
        self._timeline = timeline
        self._label("stable", timeline.current)

    def round(self) -> None:
        """Each operation once."""
        before = self._timeline.current
        added = self._versions.add()
        self._reload(f"added version {added}")
        self._label("stable", added)
        for how in BROKEN:
            self._add_broken(how)
        self._versions.delete(added)
        self._reload(f"deleted version {added}, which answers")
        self._label("stable", before)
        self._kill_a_worker()

    def _add_broken(self, how: str) -> None:
        version = self._versions.add_broken(how)
        self._reload(f"added version {version}, {how}")
        _, body = self._service.ask("GET", f"/v1/models/{self._versions.name}/versions/{version}")
        (status,) = body["model_version_status"]
        if status["state"] != "END" or not status["status"]["error_message"]:
            raise SystemExit(f"version {version} ({how}) was not refused: {status}")
        self._versions.delete(version)

    def _label(self, label: str, version: int) -> None:
        name = self._versions.name
        self._timeline.begin(version)
        status, body = self._service.ask("POST", f"/admin/models/{name}/labels/{label}", {"version": version})
        if status != 200:
            raise SystemExit(f"{label} was not moved to version {version}: {status} {body}")
        # Every worker has carried out what was ordered before this returns.
        self._reload(f"labelled version {version} {label}")
        self._timeline.settle()

    def _reload(self, what: str) -> None:
        status, body = self._service.ask("POST", "/admin/reload")
        if status != 200:
            raise SystemExit(f"after '{what}' the service did not reload: {status} {body}")
        self.done.append(what)

    def _kill_a_worker(self) -> None:
        victim = self._service.workers()[0]
        self.kills.append(time.monotonic())
        os.kill(victim, signal.SIGKILL)
        self._service.until("a new worker", lambda: len(set(self._service.workers()) - {victim}) == 2)
        self._service.until("it is ready again", lambda: self._service.ask("GET", "/readyz")[0] == 200)
        self.done.append("killed a worker with -9")

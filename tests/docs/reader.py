"""Somebody who follows the pages: runs their commands and compares what they print."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"<!-- (run|prints)(?:: ([^>]*?))? -->\n```\w*\n(.*?)```", re.DOTALL)
READY_WITHIN_S = 90


class Reader:
    """Somebody who follows the pages in one folder."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = str(port)
        # Not the package that may be installed, and no setting of this machine.
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("ENGRAM_")
        } | {"PYTHONPATH": str(ROOT), "ENGRAM_PORT": self.port, "CUDA_VISIBLE_DEVICES": ""}
        commands = folder / ".commands"
        commands.mkdir()
        programs = {"engram": "-m training", "python": ""}
        if shutil.which("curl") is None:
            programs["curl"] = f'"{Path(__file__).with_name("curl.py")}"'
        for name, program in programs.items():
            (commands / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {program} "$@"\n')
            (commands / name).chmod(0o755)
        self.environment["PATH"] = f"{commands}{os.pathsep}{self.environment['PATH']}"

    def follow(self, page: Path) -> None:
        """Runs the commands of a page and compares what they print."""
        services: list[subprocess.Popen[bytes]] = []
        printed = ""
        try:
            for kind, how, content in BLOCK.findall(page.read_text(encoding="utf-8")):
                if kind == "prints":
                    assert not (lacking := unprinted(printed, content.splitlines())), (
                        f"{page.name}: {lacking} is not in:\n{printed}"
                    )
                elif how == "service":
                    services.append(self.serve(content))
                else:
                    printed = self.run(content, int(how.removeprefix("exit ") or 0), page.name)
        finally:
            codes = [self.stop(service) for service in services]
        assert codes == [0] * len(codes)

    def run(self, command: str, code: int, page: str) -> str:
        """What a command prints; it has to end with ``code``."""
        done = subprocess.run(
            self._shell(command),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{page}:\n{command}\n{done.stdout}"
        return done.stdout

    def serve(self, command: str) -> "subprocess.Popen[bytes]":
        """A service that is ready."""
        with (self.folder / "service.log").open("ab") as log:
            process = subprocess.Popen(
                self._shell(f"exec env {command}"), cwd=self.folder, env=self.environment, stdout=log
            )
        until = time.monotonic() + READY_WITHIN_S
        while not self._is_ready():
            assert process.poll() is None, (self.folder / "service.log").read_text()
            assert time.monotonic() < until, (self.folder / "service.log").read_text()
            time.sleep(0.2)
        return process

    def stop(self, service: "subprocess.Popen[bytes]") -> int:
        """Its exit code."""
        service.send_signal(signal.SIGTERM)
        return service.wait(timeout=30)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                return True
        except OSError:
            return False

    def _shell(self, command: str) -> list[str]:
        return ["bash", "-euo", "pipefail", "-c", command.replace("8501", self.port)]


def unprinted(printed: str, lines: list[str]) -> list[str]:
    """Lines that do not stand in ``printed``, in their order."""
    lacking, place = [], 0
    for line in filter(None, map(str.strip, lines)):
        wanted = re.escape(line).replace(r"\.\.\.", ".*")
        found = re.compile(re.sub(r"\d+\\\.\d+", r"\\d+\\.\\d+", wanted)).search(printed, place)
        if found:
            place = found.end()
        else:
            lacking.append(line)
    return lacking

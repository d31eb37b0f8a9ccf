"""The stand-in asks as curl does."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest


class Echo(BaseHTTPRequestHandler):
    """Answers what it was asked; 400 where nothing was sent."""

    def do_GET(self) -> None:
        self._answer(400, b"")

    def do_POST(self) -> None:
        self._answer(200, self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, status: int, body: bytes) -> None:
        said = f"{self.headers['Content-Type']} {self.headers['X-Request-ID']} ".encode()
        self.send_response(status)
        self.send_header("X-Request-ID", "made")
        self.end_headers()
        self.wfile.write(said + body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-H", "X-Request-ID: a", "--json", '{"text": "好"}'], 'application/json a {"text": "好"}'),
        ([], "None None "),
    ],
)
def test_body_and_headers_are_sent_and_refusals_shown(url: str, options: list[str], said: str) -> None:
    curl = [sys.executable, str(Path(__file__).with_name("curl.py"))]
    done = subprocess.run([*curl, "-s", url, *options], capture_output=True, check=True)

    assert done.stdout.decode() == said


def test_a_header_is_shown_and_the_body_stands_in_a_file(url: str, tmp_path: Path) -> None:
    curl = [sys.executable, str(Path(__file__).with_name("curl.py"))]
    options = ["-o", str(tmp_path / "body"), "-w", "%header{x-request-id}", "--json", "{}"]
    done = subprocess.run([*curl, "-s", url, *options], capture_output=True, check=True)

    assert done.stdout == b"made"
    assert (tmp_path / "body").read_text() == "application/json None {}"

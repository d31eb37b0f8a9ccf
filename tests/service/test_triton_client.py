"""NVIDIA's own client against this service.

It has an environment of its own, which ``make client`` makes.
"""

import subprocess
from pathlib import Path

import pytest

from tests.service.process import Service

PYTHON = Path(__file__).parents[2] / ".venv" / "triton" / "bin" / "python"
SCRIPT = Path(__file__).parent / "scripts" / "ask_with_triton_client.py"
TOKEN = "0123456789abcdef" * 2

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.exists(), reason="tritonclient[http] is not installed: make client"),
]


def test_tritonclient_gets_what_predict_gives(tiny_artifact: Path) -> None:
    with Service(
        tiny_artifact.parent.parent, "service", ENGINE="onnx", WORKERS=2, ADMIN_TOKEN=TOKEN
    ) as service:
        service.wait_until_ready()
        done = subprocess.run(
            [PYTHON, str(SCRIPT), f"127.0.0.1:{service.port}", "tiny", TOKEN],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, "equal\n"), done.stderr

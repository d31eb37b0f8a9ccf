"""Clients that ask one text a request over connections they keep, made by ``wrk``."""

import json
import random
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.server import Server

_TEXTS = 500
_LUA = """
local bodies = {}
for line in io.lines(BODIES) do bodies[#bodies + 1] = line end
local i = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
request = function()
  i = i % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[i])
end
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %f %f\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What the clients saw; times in seconds."""

    requests: int
    seconds: float
    errors: int
    p50_s: float
    p99_s: float


def make_texts(artifact: Path, tokens: int) -> list[str]:
    """Texts of ``tokens`` known words each."""
    vocabulary = json.loads((artifact / "vocabulary.json").read_bytes())[2:]
    generator = random.Random(tokens)
    return [" ".join(generator.choices(vocabulary, k=tokens)) for _ in range(_TEXTS)]


def ask(server: Server, texts: list[str], clients: int, seconds: float, folder: Path) -> Load:
    """Has ``clients`` ask as fast as they are answered.

    Args:
        folder: for the script and the bodies.
    """
    bodies, script = folder / "bodies", folder / "load.lua"
    bodies.write_text("".join(json.dumps(server.way.body(text)) + "\n" for text in texts))
    script.write_text(_LUA.replace("BODIES", json.dumps(str(bodies))))
    command = ["wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
    command += ["-s", str(script), server.url(server.way.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"RESULT (.*)", done.stdout)
    if not found:
        raise SystemExit(f"wrk gave no result: {done.stdout}{done.stderr}")
    requests, duration, errors, p50, p99 = (float(word) for word in found[1].split())
    return Load(int(requests), duration / 1e6, int(errors), p50 / 1e6, p99 / 1e6)

"""Scoring a million short texts: memory, a kill in the middle, and the speed beside the service's.

    python -m benchmarks.scoring --artifact artifacts/reviews/1 [--rows 1000000] [--output FILE.json]

``engram score`` is killed (SIGKILL) when a third of the rows is answered and started again; then it answers
the whole file once more without a break, for the speed. Exits 1 where a row is lost or doubled, where memory
grows by more than a tenth after the first tenth, or where the service over HTTP, asked the same texts one a
request by 16 clients and 256 a request by 4, answers more a second.
"""

import argparse
import csv
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.serving.load import ask
from benchmarks.serving.server import Server, started
from benchmarks.serving.ways import ROOT, WAYS, Setting

GROWTH = 1.10
LONGEST = 16
SECONDS = 10


def write_texts(artifact: Path, rows: int, path: Path) -> list[str]:
    """Writes a CSV of texts of 1 to ``LONGEST`` known words; returns the first 2,560."""
    vocabulary = json.loads((artifact / "vocabulary.json").read_bytes())[2:5000]
    generator = random.Random(1)
    kept = []
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text"])
        for number in range(rows):
            text = " ".join(generator.choices(vocabulary, k=generator.randint(1, LONGEST)))
            writer.writerow([f"n{number}", text])
            if number < 2560:
                kept.append(text)
    return kept


def run(command: list[str], kill_at: int | None, folder: Path) -> dict[str, Any]:
    """One run of ``score``; its memory is looked at twice a second.

    Args:
        kill_at: kill it when so many rows are finished; None lets it end.
        folder: of the finished parts.
    """
    began, used = time.monotonic(), _children_s()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    memory: list[float] = []
    while process.poll() is None:
        memory.append(sum(map(_rss_mb, _family(process.pid))))
        done = max((int(part.name.removeprefix("rows-")) for part in folder.glob("rows-*")), default=0)
        if kill_at is not None and done >= kill_at:
            os.kill(process.pid, signal.SIGKILL)
        time.sleep(0.5)
    _, said = process.communicate()
    if kill_at is None and process.returncode:
        raise SystemExit(said)
    return {
        "seconds": time.monotonic() - began,
        "cpu_s": _children_s() - used,
        "said": said.splitlines()[-1:],
        "memory_mb": memory,
    }


def _children_s() -> float:
    """CPU time of the processes that were started here and have ended, and of those they started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _family(pid: int) -> list[int]:
    pids = [pid]
    for one in pids:
        try:
            pids += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except OSError:
            continue
    return pids


def _rss_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def check_rows(output: Path, rows: int) -> None:
    """Every row is there once, in order, with its id.

    Raises:
        SystemExit: one is not.
    """
    with output.open(newline="") as file:
        number = 0
        for number, row in enumerate(csv.DictReader(file), start=1):
            if (row["row"], row["id"]) != (str(number), f"n{number - 1}"):
                raise SystemExit(f"row {number} is {row['row']} ({row['id']})")
    if number != rows:
        raise SystemExit(f"{number} rows instead of {rows}")


def serve(artifact: Path, texts: list[str], folder: Path) -> dict[str, dict[str, float]]:
    """Speed of the service with two workers: one text a request, and 256 a request."""
    setting = Setting(artifact, workers=2, threads=4, environments=Path())
    found = {}
    with started("engram-onnx", setting, folder) as server:
        found["one_a_request"] = _speed(server, texts, 16, 1, folder)
    many = [texts[start : start + 256] for start in range(0, len(texts), 256)]
    WAYS["many"] = replace(WAYS["engram-onnx"], body=lambda texts: {"texts": texts}, label=None)
    with started("many", setting, folder / "again") as server:
        found["256_a_request"] = _speed(server, many, 4, 256, folder)
    return found


def _speed(server: Server, bodies: list[Any], clients: int, texts: int, folder: Path) -> dict[str, float]:
    used = server.cpu_s()
    load = ask(server, bodies, clients, SECONDS, folder)
    answered = texts * load.requests
    return {
        "texts_per_second": answered / load.seconds,
        "cpu_us_per_text": (server.cpu_s() - used) / answered * 1e6,
    }


def main() -> None:
    """Prints and writes what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--artifact", type=Path, required=True, help="folder of one saved version")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    artifact = options.artifact.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "again").mkdir()
        source, target, whole = folder / "in.csv", folder / "out.csv", folder / "whole.csv"
        texts = write_texts(artifact, options.rows, source)
        command = [sys.executable, "-m", "training", "score", str(artifact), str(source)]
        choices = ["--keep", "id", "--processes", str(options.processes)]
        parts = folder / "out.csv.parts"
        killed = run([*command, str(target), *choices], options.rows // 3, parts)
        resumed = run([*command, str(target), *choices], None, parts)
        unbroken = run([*command, str(whole), *choices], None, parts)
        for output in (target, whole):
            check_rows(output, options.rows)
        (speed,) = (
            int(found.replace(",", "")) for found in re.findall(r"([\d,]+) texts/s", unbroken["said"][0])
        )
        tenth = len(unbroken["memory_mb"]) // 10
        early, late = max(unbroken["memory_mb"][: tenth + 10]), max(unbroken["memory_mb"][-5 * tenth :])
        service = serve(artifact, texts, folder)
    result = {
        "rows": options.rows,
        "processes": options.processes,
        "seconds_until_killed": killed["seconds"],
        "resumed": resumed["said"][0],
        "texts_per_second": speed,
        "unbroken": unbroken["said"][0],
        "cpu_us_per_text": unbroken["cpu_s"] / options.rows * 1e6,
        "memory_early_mb": early,
        "memory_late_mb": late,
        "service": service,
    }
    print(json.dumps(result, indent=2))
    if options.output:
        options.output.write_text(json.dumps(result, indent=2) + "\n")
    sys.exit(
        0
        if late <= GROWTH * early and speed >= max(each["texts_per_second"] for each in service.values())
        else 1
    )


if __name__ == "__main__":
    main()

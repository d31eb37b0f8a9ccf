"""Blocks of numbers, written by some processes and read by others."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from service.tally import Block, read_blocks


def test_what_one_process_counts_another_reads(tmp_path: Path) -> None:
    block = Block(tmp_path, {"kind": "x", "name": "好"}, 3)
    block.values[1] += 2.5
    script = """
import sys
from pathlib import Path
from service.tally import Block, read_blocks
(reading,) = read_blocks(Path(sys.argv[1]))
assert list(reading.values) == [0.0, 2.5, 0.0], reading
assert (reading.header["kind"], reading.header["name"], reading.alive) == ("x", "好", True)
Block(Path(sys.argv[1]), {"kind": "y"}, 1).values[0] += 7
print("counted", flush=True)
sys.stdin.read()
"""
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert other.stdout.readline() == b"counted\n"
    os.kill(other.pid, signal.SIGKILL)
    other.communicate()
    readings = {reading.header["kind"]: reading for reading in read_blocks(tmp_path)}
    assert list(readings["y"].values) == [7.0]
    assert (readings["x"].alive, readings["y"].alive) == (True, False)


def test_a_block_that_is_being_made_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "1-0.unfinished").write_bytes(b"\x01")
    assert list(read_blocks(tmp_path)) == []
    for size in range(1, 20):
        Block(tmp_path, {"kind": "x" * size}, size).values[size - 1] = size
    assert sorted(reading.values[-1] for reading in read_blocks(tmp_path)) == list(range(1, 20))


def test_threads_that_make_blocks_at_once_do_not_meet(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        blocks = list(pool.map(lambda size: Block(tmp_path, {"kind": str(size)}, size), range(1, 200)))
    for block in blocks:
        block.values[0] = len(block.values)
    assert sorted(reading.values[0] for reading in read_blocks(tmp_path)) == list(range(1, 200))

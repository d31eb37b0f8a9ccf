"""What was answered lately is found by its key, by every process, and takes no more room than allowed."""

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.feedback.ring import Ring

SIZE = 2**20


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ring(tmp_path: Path, clock: Clock) -> Ring:
    return Ring(tmp_path, keep_s=80.0, keep_bytes=SIZE, clock=clock)


def values(ring: Ring, key: str) -> list:
    return [record["value"] for record in ring.find(key)]


def test_records_are_found_by_their_whole_key_in_the_order_of_time(ring: Ring, clock: Clock) -> None:
    for key, value in [("a", 1), ("ab", 2), ("a", 3), ('"a"\n', 4), ("a", "好 \ud800")]:
        assert ring.add(key, {"value": value})
        clock.now += 1
    assert values(ring, "a") == [1, 3, "好 \ud800"]
    assert values(ring, '"a"\n') == [4]
    assert ring.find("b") == []


def test_a_record_that_quotes_another_is_not_taken_for_it(ring: Ring) -> None:
    ring.add("a", {"value": '{"key": "b", "time": 1, "value": 2}'})
    ring.add("a", {"value": '\n{"key": "b", "time": 1, "value": 2}'})
    assert ring.find("b") == []


def test_files_stay_within_their_bytes_and_the_oldest_go_first(ring: Ring, tmp_path: Path) -> None:
    for number in range(400):
        ring.add(str(number), {"value": "x" * 10_000})
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= SIZE
    assert ring.find("0") == []
    kept = [number for number in range(400) if ring.find(str(number))]
    assert kept == list(range(kept[0], 400))
    assert len(kept) >= 80


def test_a_record_too_large_for_a_file_is_not_kept(ring: Ring, tmp_path: Path) -> None:
    assert not ring.add("a", {"value": "x" * (SIZE // 16)})
    assert list(tmp_path.iterdir()) == []


def test_old_records_are_told_and_their_files_go(ring: Ring, clock: Clock, tmp_path: Path) -> None:
    ring.add("a", {"value": 1})
    clock.now += 79
    assert not ring.is_old(ring.find("a")[0])
    clock.now += 2
    assert ring.is_old(ring.find("a")[0])
    (path,) = tmp_path.iterdir()
    os.utime(path, (1000.0, 1000.0))
    ring.clean()
    assert list(tmp_path.iterdir()) == []
    # Whoever wrote to it goes on in another file.
    assert ring.add("b", {"value": 2})
    assert values(ring, "b") == [2]


def test_a_file_takes_no_records_of_another_time(ring: Ring, clock: Clock, tmp_path: Path) -> None:
    ring.add("a", {"value": 1})
    clock.now += 11
    ring.add("b", {"value": 2})
    assert len(list(tmp_path.iterdir())) == 2


def test_what_a_crash_cut_off_is_passed_over(ring: Ring, tmp_path: Path) -> None:
    ring.add("a", {"value": 1})
    whole = next(tmp_path.iterdir()).read_bytes()
    (tmp_path / "00-1-0.jsonl").write_bytes(whole + whole[: len(whole) // 2])
    assert values(ring, "a") == [1, 1]


def test_only_the_owner_reads_the_texts(ring: Ring, tmp_path: Path) -> None:
    ring.add("a", {"value": 1})
    assert next(tmp_path.iterdir()).stat().st_mode & 0o777 == 0o600


def test_threads_and_processes_write_and_read_together(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from service.feedback.ring import Ring\n"
        "ring = Ring(Path(sys.argv[1]), 80.0, 2**22)\n"
        "for number in range(300): ring.add(f'{sys.argv[2]}-{number}', {'value': 'x' * number})"
    )
    others = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in ("first", "second")
    ]
    ring = Ring(tmp_path, 80.0, 2**22)
    start = threading.Barrier(4)

    def write(name: int) -> None:
        start.wait(10)
        for number in range(300):
            ring.add(f"{name}-{number}", {"value": "x" * number})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert [other.wait(60) for other in others] == [0, 0]
    for name in ("first", "second", 0, 1, 2, 3):
        assert all(values(ring, f"{name}-{number}") == ["x" * number] for number in range(0, 300, 17))
    lines = [line for path in tmp_path.iterdir() for line in path.read_text().splitlines()]
    assert len([json.loads(line) for line in lines]) == 6 * 300

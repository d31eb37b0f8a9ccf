"""CPUs are counted by what the process may use, not by what the machine has."""

import os
import subprocess
import sys

import pytest

from models.runtime.threads import available_cpus, limit_threads


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of 16 CPUs with an empty control group tree."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(16)))
    cgroups, membership = tmp_path / "cgroup", tmp_path / "membership"
    cgroups.mkdir()

    def cpus(files: dict[str, str], groups: str = "") -> int:
        for name, text in files.items():
            (cgroups / name).parent.mkdir(parents=True, exist_ok=True)
            (cgroups / name).write_text(text)
        membership.write_text(groups)
        return available_cpus(cgroups, membership)

    return cpus


def test_without_a_quota_the_affinity_counts(machine) -> None:
    assert machine({}) == 16


@pytest.mark.parametrize(
    ("quota", "cpus"), [("max 100000", 16), ("200000 100000", 2), ("250000 100000", 2), ("50000 100000", 1)]
)
def test_the_quota_of_version_2_bounds_them(machine, quota, cpus) -> None:
    """easybuilders/easybuild#740: pools of host-many threads inside a small container."""
    assert machine({"cpu.max": f"{quota}\n"}) == cpus


def test_the_quota_of_version_1_bounds_them(machine) -> None:
    files = {"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}
    assert machine(files) == 3


def test_no_quota_of_version_1_is_minus_one(machine) -> None:
    assert machine({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}) == 16


def test_the_tightest_quota_on_the_way_up_counts(machine) -> None:
    files = {"a/cpu.max": "200000 100000", "a/b/cpu.max": "800000 100000"}
    assert machine(files, "0::/a/b\n") == 2
    assert (
        machine(
            {"cpu,cpuacct/x/cpu.cfs_quota_us": "100000", "cpu,cpuacct/x/cpu.cfs_period_us": "100000"},
            "4:cpu,cpuacct:/x\n3:memory:/y\n",
        )
        == 1
    )


def test_limits_reach_the_libraries_unless_they_are_set_already(monkeypatch) -> None:
    for name in (
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    limit_threads(3)
    assert os.environ["TF_NUM_INTRAOP_THREADS"] == "3"
    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_operations_run_side_by_side_where_asked(monkeypatch) -> None:
    monkeypatch.setattr("models.runtime.threads.os.environ", environment := {})
    limit_threads(3)
    assert (environment["TF_NUM_INTRAOP_THREADS"], environment["TF_NUM_INTEROP_THREADS"]) == ("3", "1")
    environment.clear()
    limit_threads(3, side_by_side=2)
    assert environment["TF_NUM_INTEROP_THREADS"] == "2"


_COUNT = """
import os
from models.runtime.threads import limit_threads
from models.runtime.quiet import quiet_tensorflow
limit_threads({threads})
quiet_tensorflow()
import tensorflow as tf
a = tf.random.normal([600, 600])
for _ in range(3):
    a = tf.matmul(a, a)
a.numpy()
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.slow
def test_tensorflow_starts_as_many_threads_as_it_is_told() -> None:
    def count(threads: int) -> int:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("TF_", "OMP", "OPEN"))
        }
        done = subprocess.run(
            [sys.executable, "-c", _COUNT.format(threads=threads)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return int(done.stdout)

    assert count(12) >= count(1) + 8

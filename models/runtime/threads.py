"""How many CPUs this process may use, and how to tell the numeric libraries so.

They size their pools by the machine's CPUs; in a container with a share of them the threads then fight.
"""

import os
from collections.abc import Iterator
from pathlib import Path


def available_cpus(
    cgroups: Path = Path("/sys/fs/cgroup"), membership: Path = Path("/proc/self/cgroup")
) -> int:
    """CPUs this process may use: by its affinity and its control group's quota, rounded down, at least 1.

    Args:
        cgroups: where control groups (version 1 or 2) are mounted.
        membership: the file that names the process's groups.
    """
    cpus = float(len(os.sched_getaffinity(0)))
    return max(1, int(min([cpus, *_quotas(cgroups, membership)])))


def limit_threads(threads: int, side_by_side: int = 1) -> None:
    """Has TensorFlow, OpenMP and BLAS use ``threads`` threads; must come before they are imported.

    A variable that is already set stays as it is.

    Args:
        threads: for one operation.
        side_by_side: operations at a time. To answer, a recurrent network is one chain; in training its two
            directions run beside one another.
    """
    for variable in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, str(threads))
    os.environ.setdefault("TF_NUM_INTEROP_THREADS", str(side_by_side))


def _quotas(cgroups: Path, membership: Path) -> Iterator[float]:
    """Every quota that binds the process, in CPUs: a parent group's counts as its own does."""
    for folder in _groups(cgroups, membership):
        match _words(folder / "cpu.max"):
            case [quota, period] if quota != "max":
                yield int(quota) / int(period)
        match _words(folder / "cpu.cfs_quota_us"), _words(folder / "cpu.cfs_period_us"):
            case [quota], [period] if int(quota) > 0:
                yield int(quota) / int(period)


def _groups(cgroups: Path, membership: Path) -> Iterator[Path]:
    """Folders of the process's CPU groups and of their parents."""
    # Inside a container the own group is mounted as the root, while its name still is the one outside.
    yield from (cgroups, cgroups / "cpu", cgroups / "cpu,cpuacct")
    for line in _lines(membership):
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        base = cgroups / controllers
        group = base / path.lstrip("/")
        while group != base:
            yield group
            group = group.parent


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []

"""What a machine gives a run, and what stands in its way: facts first, advice where something is wrong."""

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from models.errors import EngramError
from models.runtime.artifact import open_artifact
from models.runtime.location import list_models, list_versions
from models.runtime.telemetry import import_onnxruntime
from models.runtime.threads import available_cpus

Status = Literal["ok", "note", "problem"]

SUPPORTED = ((3, 11), (3, 14))
"""The first Python that works, and the first that does not."""
LIBRARIES = (
    *("engram", "keras", "numpy", "scikit-learn", "pydantic", "gensim", "jieba"),
    *("flask", "gevent", "gunicorn", "httpx"),
)
GIB = 2**30
LEAST_DISK, LEAST_MEMORY = 1 * GIB, 2 * GIB
_THREADS = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: what.
        found: what is there.
        status: "note" slows a run or may surprise, "problem" stops one.
        advice: what to do about it; "" where all is well.
    """

    subject: str
    found: str
    status: Status = "ok"
    advice: str = ""


def examine(artifacts: Path) -> list[Finding]:
    """Looks at everything. Imports TensorFlow, which takes some seconds.

    Args:
        artifacts: where saved models stand or will stand.
    """
    return [
        _python(),
        *_engines(),
        _libraries(),
        _processors(),
        _threads(dict(os.environ)),
        *_thread_variables(dict(os.environ)),
        _memory(Path("/proc/meminfo"), Path("/sys/fs/cgroup/memory.max")),
        _disk(artifacts),
        *_models(artifacts),
    ]


def _python() -> Finding:
    first, beyond = (".".join(map(str, bound)) for bound in SUPPORTED)
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if SUPPORTED[0] <= sys.version_info[:2] < SUPPORTED[1]:
        return Finding("Python", found)
    return Finding("Python", found, "problem", f"use {first} or newer, below {beyond}")


def _engines() -> Iterator[Finding]:
    tensorflow, finding = _imported("SavedModel engine", "problem", _tensorflow)
    yield finding
    if tensorflow is not None:
        yield _accelerator(tensorflow)
    yield _imported("ONNX engine", "note", import_onnxruntime)[1]


def _imported(engine: str, lacking: Status, get: Callable[[], Any]) -> tuple[Any, Finding]:
    """The module an engine needs, None where it is missing or broken, and what to say of it."""
    begin = time.perf_counter()
    try:
        module = get()
    except Exception as error:  # a broken binary raises whatever it likes
        why = f"cannot be imported: {' '.join(str(error).split())[:120]}"
        return None, Finding(engine, why, lacking, "install what requirements.txt pins")
    seconds = time.perf_counter() - begin
    return module, Finding(engine, f"{module.__name__} {module.__version__}, imported in {seconds:.1f} s")


def _tensorflow() -> Any:
    import tensorflow

    return tensorflow


def _accelerator(tensorflow: Any) -> Finding:
    devices = tensorflow.config.list_physical_devices("GPU")
    if not devices:
        return Finding("accelerator", "none: networks are trained on the processor")
    names = ", ".join(device.name for device in devices)
    advice = "recurrent layers run without cuDNN, so the processor may well be as fast"
    return Finding("accelerator", names, "note", advice)


def _libraries() -> Finding:
    return Finding("libraries", ", ".join(f"{name} {_version(name)}" for name in LIBRARIES))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "from this folder" if name == "engram" else "missing"


def _processors() -> Finding:
    usable, all_of_them = available_cpus(), os.cpu_count() or 1
    limit = "" if usable == all_of_them else f" of the machine's {all_of_them} (affinity or container limit)"
    return Finding("processors", f"{usable}{limit}")


def _threads(variables: dict[str, str]) -> Finding:
    """What the numeric libraries are told; without a word they take what they find."""
    told = ", ".join(f"{name} {variables[name] or 'empty'}" for name in _THREADS if name in variables)
    return Finding("threads", told or "no variable set: as many as the libraries choose")


def _thread_variables(variables: dict[str, str]) -> Iterator[Finding]:
    """Those that ask for more threads than there are processors: threads then wait for each other."""
    usable = available_cpus()
    for name in _THREADS:
        value = variables.get(name, "")
        if value.isdecimal() and int(value) > usable:
            advice = f"unset it, or set it to at most {usable}"
            yield Finding(name, f"{value}, for {usable} processors", "note", advice)


def _memory(meminfo: Path, limit: Path) -> Finding:
    """What is free now; in a container at most its limit."""
    try:
        lines = dict(line.split(":", 1) for line in meminfo.read_text().splitlines())
        free = int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return Finding("memory", "unknown")
    with suppress(OSError, ValueError):  # no limit, or "max"
        free = min(free, int(limit.read_text()))
    found = f"{free / GIB:.1f} GiB free"
    if free >= LEAST_MEMORY:
        return Finding("memory", found)
    return Finding("memory", found, "note", f"training TensorFlow wants {LEAST_MEMORY / GIB:.0f} GiB or more")


def _disk(artifacts: Path) -> Finding:
    folder = artifacts.absolute()
    while not folder.exists():
        folder = folder.parent
    found = f"{shutil.disk_usage(folder).free / GIB:.1f} GiB free for {artifacts}"
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        advice = "set output.artifacts and ENGRAM_ARTIFACTS to a folder that you may write to"
        return Finding("disk", f"{folder} cannot be written to: {error.strerror}", "problem", advice)
    if shutil.disk_usage(folder).free < LEAST_DISK:
        return Finding("disk", found, "problem", "make room: engram prune removes old versions")
    return Finding("disk", found)


def _models(artifacts: Path) -> Iterator[Finding]:
    try:
        names = list_models(artifacts)
    except OSError:
        yield Finding("saved models", f"none yet in {artifacts}")
        return
    for name in names:
        versions = list_versions(artifacts / name)
        newest = artifacts / name / str(versions[-1])
        try:
            open_artifact(newest)
        except EngramError as error:
            yield Finding(name, str(error).rstrip("."), "problem", "train it again, or remove this version")
            continue
        yield Finding(name, f"{len(versions)} {'version' if len(versions) == 1 else 'versions'}")
    if not names:
        yield Finding("saved models", f"none yet in {artifacts}")

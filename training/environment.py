"""What a model was trained with."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version

from models.runtime.manifest import Environment

LIBRARIES = ("tensorflow-cpu", "tensorflow", "keras", "numpy", "scikit-learn", "engram")


def environment() -> Environment:
    """Versions of Python and the libraries, and the commit of the folder the run was started in."""
    return Environment(
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        libraries={name: found for name in LIBRARIES if (found := _version(name))},
        git_commit=_git_commit(),
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _git_commit() -> str | None:
    """None where git is missing or this is no repository: both are fine for training."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None

"""The lock files install the same today and in a year."""

import re
from collections import defaultdict
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted(ROOT.glob("requirements*.txt"))


def pinned_extras(lock: Path) -> dict[str, set[str]]:
    """Extras of each package that a lock file pins."""
    lines = re.findall(r"^([a-z0-9.-]+)(?:\[(\S+)\])?==", lock.read_text(), re.MULTILINE)
    return {name: set(extras.split(",")) - {""} for name, extras in lines}


def wanted_extras(pinned: dict[str, set[str]]) -> dict[str, set[str]]:
    """Extras that pinned packages, as far as they are installed, ask of one another."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for distribution in metadata.distributions():
        name = canonicalize_name(distribution.name)
        if name not in pinned:
            continue
        for asked in map(Requirement, distribution.requires or ()):
            extras = pinned[name] | {""}
            if asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in extras):
                wanted[canonicalize_name(asked.name)] |= asked.extras
    return wanted


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_package_is_pinned_with_the_extras_that_others_ask_of_it(lock: Path) -> None:
    """pypa/pip#12345: pip takes the newest release for ``name[extra]`` where the lock has ``name==1``."""
    pinned = pinned_extras(lock)
    wanted = wanted_extras(pinned)
    missing = {name: extras - pinned[name] for name, extras in wanted.items() if name in pinned}
    assert not {name: extras for name, extras in missing.items() if extras}


def test_what_the_project_asks_for_keeps_its_extras() -> None:
    assert all(
        "swagger" in pinned_extras(lock)["flask-openapi3"]
        for lock in LOCKS
        if "flask-openapi3" in lock.read_text()
    )


def test_what_the_readme_runs_after_its_installation_is_pinned() -> None:
    """``service.client`` needs httpx, which no other package of requirements.txt asks for."""
    assert {"httpx", "tensorflow-cpu", "onnxruntime", "gunicorn"} <= set(
        pinned_extras(ROOT / "requirements.txt")
    )

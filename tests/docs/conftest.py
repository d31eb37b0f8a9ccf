"""The hooks of the site's build, which are no package."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

HOOKS = Path(__file__).resolve().parents[2] / "docs" / "hooks"


def load_hook(name: str) -> ModuleType:
    """A file of ``docs/hooks`` as a module."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", HOOKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def reference() -> ModuleType:
    """Writes the pages of the reference."""
    return load_hook("reference")


@pytest.fixture(scope="session")
def foreign_hosts() -> ModuleType:
    """Looks through a built site."""
    return load_hook("foreign_hosts")


@pytest.fixture(scope="session")
def decisions_in_menu() -> ModuleType:
    """Lists the decisions."""
    return load_hook("decisions_in_menu")

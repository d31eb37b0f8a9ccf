"""Rules that hold for every source file, whatever it does."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path for package in ("models", "training", "service") for path in (ROOT / package).rglob("*.py")
)
CODE_FROM_DATA = {
    "pickle",
    "cloudpickle",
    "dill",
    "joblib",
    "shelve",
    "marshal",
    "pydoc",
    "importlib.import_module",
}

RUNS_CODE = {"exec", "eval", "Lambda", "import_module", "__import__", "enable_unsafe_deserialization"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_can_run_code_from_a_saved_model(path: Path) -> None:
    """keras-team/keras#22469, and CVEs before it: pickle, Lambda layers and names in a file can run code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert CODE_FROM_DATA.isdisjoint(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
            assert CODE_FROM_DATA.isdisjoint(names)
        elif isinstance(node, ast.Call):
            assert _called(node) not in {
                "exec",
                "eval",
                "Lambda",
                "import_module",
                "__import__",
                "enable_unsafe_deserialization",
            }
            for keyword in node.keywords:
                value = keyword.value.value if isinstance(keyword.value, ast.Constant) else None
                assert (keyword.arg, value) not in {("allow_pickle", True), ("safe_mode", False)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_a_reader_can_hold(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")

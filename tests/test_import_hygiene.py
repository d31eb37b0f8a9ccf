"""What an import brings with it, each in a new interpreter. A slim image and a quick start depend on it."""

import subprocess
import sys

import pytest

HEAVY = {"tensorflow", "keras", "sklearn", "scipy", "pyarrow", "matplotlib", "rich"}


def imported(statement: str) -> set[str]:
    """Every module that ``statement`` adds."""
    code = f"import sys; before = set(sys.modules)\n{statement}\nprint(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_models_imports_nothing() -> None:
    assert imported("import models") == {"models"}


@pytest.mark.parametrize("package", ["models.text", "models.runtime", "models.runtime.engines", "training"])
def test_a_package_imports_nothing_but_itself(package: str) -> None:
    parts = package.split(".")
    assert imported(f"import {package}") == {".".join(parts[: i + 1]) for i in range(len(parts))}


@pytest.mark.parametrize(
    "module",
    [
        "models.runtime.predictor",
        "models.runtime.engines.savedmodel",
        "models.text.plain",
        "service",
        "service.app",
        "training.cli.main",
    ],
)
def test_answering_starts_without_the_heavy_libraries(module: str) -> None:
    found = imported(f"import {module}")
    assert not HEAVY & found, sorted(HEAVY & found)
    assert not any(name.startswith("models.networks") for name in found)


@pytest.mark.parametrize("module", ["service", "service.app", "models.runtime.predictor"])
def test_answering_never_imports_training(module: str) -> None:
    assert not any(name.split(".")[0] == "training" for name in imported(f"import {module}"))


def test_a_saved_model_answers_without_keras_or_the_code_that_builds_networks(tiny_artifact: object) -> None:
    found = imported(
        "import sys; sys.modules['keras'] = None\n"
        "from pathlib import Path; from models.runtime.predictor import open_predictor\n"
        f"assert open_predictor(Path({str(tiny_artifact)!r})).predict(['a story'])[0].tokens == 2"
    )
    assert "tensorflow" in found
    assert not any(name.startswith(("models.networks", "training", "service")) for name in found)


@pytest.mark.parametrize("engine", ["onnx", "onnx-int8"])
def test_the_service_answers_with_onnx_without_tensorflow(tiny_artifact: object, engine: str) -> None:
    found = imported(
        "import service, service.app, service.server\n"
        "from pathlib import Path; from service.loading import open_warm\n"
        f"predictor = open_warm(Path({str(tiny_artifact)!r}), {engine!r}, 64)\n"
        "assert predictor.predict(['a story'])[0].tokens == 2"
    )
    assert "onnxruntime" in found
    assert not {name.split(".")[0] for name in found} & (HEAVY | {"onnx"})

"""A shell completes verbs, options, choices, files and models."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from training.cli.completion import SHELLS
from training.cli.main import VERBS

RunCli = Callable[..., Any]


@pytest.fixture
def script(engram: RunCli, tmp_path: Path) -> Path:
    result = engram("completion", "bash")
    assert (result.code, result.err) == (0, "")
    path = tmp_path / "engram.bash"
    path.write_text(result.out)
    return path


@pytest.fixture
def completed(script: Path, tmp_path: Path) -> Callable[..., set[str]]:
    """What bash offers for the last of the words."""
    (tmp_path / "run.toml").write_text("")
    (tmp_path / "models" / "reviews" / "1").mkdir(parents=True)

    def complete(*words: str) -> set[str]:
        line = " ".join(f"'{word}'" for word in ("engram", *words))
        code = f"""
        source {script}
        COMP_WORDS=({line}) COMP_CWORD={len(words)}
        _shtab_engram 2>/dev/null
        printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(
            ["bash", "-c", code],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "ENGRAM_ARTIFACTS": "models"},
            check=True,
        )
        return set(done.stdout.split())

    return complete


def test_bash_completes_what_can_stand_there(completed: Callable[..., set[str]]) -> None:
    assert completed("tr") == {"train"}
    assert completed("") >= {module.NAME for module in VERBS}
    assert completed("train", "--se") == {"--seeds", "--set"}
    assert completed("train", "run") == {"run.toml"}
    assert completed("predict", "rev") == {"reviews"}
    assert completed("predict", "reviews", "--engine", "onnx") == {"onnx", "onnx-int8"}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_every_verb(engram: RunCli, shell: str) -> None:
    result = engram("completion", shell)
    assert result.code == 0
    assert all(module.NAME in result.out for module in VERBS)
    assert "_engram_models" in result.out
    assert "ENGRAM_ARTIFACTS" in result.out

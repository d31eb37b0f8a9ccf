import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from models.errors import ConfigError, EngramError
from models.version import engram_version
from training.cli import predict
from training.cli.main import VERBS, main, run
from training.progress import reporter

ROOT = Path(__file__).resolve().parents[3]
RunCli = Callable[..., Any]


def fails_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def run(_args: object) -> int:
        raise error

    monkeypatch.setattr(predict, "run", run)


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (EngramError("It failed."), 1, "It failed."),
        (ConfigError("It is wrong."), 2, "It is wrong."),
        (KeyboardInterrupt(), 130, "stopped"),
        (
            ZeroDivisionError("by zero"),
            1,
            "internal error (ZeroDivisionError): by zero; run again with --debug and report it",
        ),
    ],
)
def test_an_error_is_a_sentence_and_an_exit_code_and_a_traceback_only_with_debug(
    engram: RunCli, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, sentence: str
) -> None:
    fails_with(monkeypatch, error)
    plain, debugged = engram("predict", "x"), engram("predict", "x", "--debug")
    assert (plain.code, plain.out, plain.err) == (code, "", f"engram predict: {sentence}\n")
    assert debugged.code == code
    assert debugged.err.startswith("Traceback (most recent call last)")
    assert type(error).__name__ in debugged.err
    assert debugged.err.endswith(plain.err)


@pytest.mark.parametrize("arguments", [[], ["fly"], ["predict"], ["train"], ["compare", "--fast", "x"]])
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "usage: engram" in printed.err


@pytest.mark.parametrize("verb", [module.NAME for module in VERBS])
def test_every_verb_explains_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([verb, "--help"])
    assert caught.value.code == 0
    assert "--debug" in capsys.readouterr().out


def test_answers_are_utf_8_whatever_the_terminal_is_set_to(monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(bytes_written, encoding="ascii"))

    def run(_args: object) -> int:
        print("正面 🙂")
        return 0

    monkeypatch.setattr(predict, "run", run)
    assert main(["predict", "x"]) == 0
    sys.stdout.flush()
    assert bytes_written.getvalue().decode("utf-8") == "正面 🙂\n"


def test_help_and_refusals_do_not_wait_for_tensorflow(tmp_path: Path) -> None:
    code = f"""
import sys
from training.cli.main import main
assert main(["train", {str(tmp_path / "no.toml")!r}]) == 2
assert main(["predict", "no-such-model", "text"]) == 2
assert main(["train", {str(tmp_path / "bad.toml")!r}]) == 2
loaded = sorted({{"tensorflow", "keras", "sklearn", "matplotlib"}} & set(sys.modules))
assert not loaded, loaded
"""
    (tmp_path / "bad.toml").write_text('name = "x"\ndata.train = "x.csv"\nmodel.cel = "lstm"\n')
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "cell" in done.stderr, "the nearest key is named"


def test_the_command_uses_the_cpus_it_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """easybuilders/easybuild#740: TensorFlow counts the machine's, not those of the container."""
    monkeypatch.setattr("training.cli.main.available_cpus", lambda: 3)
    monkeypatch.setattr("training.cli.main.main", lambda _arguments: 0)
    monkeypatch.setattr("models.runtime.threads.os.environ", environment := {})
    with pytest.raises(SystemExit):
        run()
    assert environment["TF_NUM_INTRAOP_THREADS"] == environment["OMP_NUM_THREADS"] == "3"
    assert environment["TF_NUM_INTEROP_THREADS"] == "3"


def test_quiet_prints_results_and_errors_alone(engram: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(args: Any) -> int:
        print("a note", file=sys.stderr)
        reporter().say("progress")
        Console(stderr=True).print("a table")
        print("the result")
        if args.artifact == "wrong":
            raise ConfigError("It is wrong.")
        return 0

    monkeypatch.setattr(predict, "run", run)
    loud, quiet, failed = (
        engram("predict", "x"),
        engram("predict", "x", "-q"),
        engram("predict", "wrong", "-q"),
    )
    assert loud.err.splitlines() == ["a note", "progress", "a table"]
    assert (quiet.code, quiet.out, quiet.err) == (0, "the result\n", "")
    assert (failed.code, failed.err) == (2, "engram predict: It is wrong.\n")


def test_without_a_verb_all_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (2, "")
    assert {module.NAME for module in VERBS} <= set(printed.err.split())


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert (ended.value.code, capsys.readouterr().out) == (0, f"engram {engram_version()}\n")


def test_a_verb_and_an_option_nearly_right_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, meant in [(["trian", "x"], "'train'"), (["train", "x", "--rezume"], "--resume")]:
        with pytest.raises(SystemExit):
            main(arguments)
        assert f"did you mean {meant}?" in capsys.readouterr().err


def test_serve_becomes_the_service_and_leaves_its_threads_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
    for variable in variables:
        monkeypatch.delenv(variable, raising=False)
    became = []

    def execv(program: str, arguments: list[str]) -> None:
        became.append((program, arguments, [variable for variable in variables if variable in os.environ]))
        raise SystemExit(0)

    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setattr(sys, "argv", ["engram", "serve", "--port", "80"])
    with pytest.raises(SystemExit):
        run()
    program = str(ROOT / "service" / "__main__.py")
    assert became == [(sys.executable, [sys.executable, "-P", program, "--port=80"], [])]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--port", "many", "--port is 'many': input should be a valid integer"),
        ("--host", "0.0.0.0", "--host is 0.0.0.0, which other machines can reach"),
        ("--engine", "onx", "argument --engine: 'onx' is not allowed; did you mean 'onnx'?"),
        ("--model", "revews", "--model is 'revews', which is no model in"),
    ],
)
def test_a_wrong_option_of_serve_is_named(tmp_path: Path, option: str, value: str, said: str) -> None:
    (tmp_path / "reviews" / "1").mkdir(parents=True)
    environment = os.environ | {"ENGRAM_ARTIFACTS": str(tmp_path), "ENGRAM_PORT": "0"}
    command = [sys.executable, "-m", "training", "serve", option, value]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert option != "--model" or "did you mean 'reviews'?" in done.stderr


@pytest.mark.parametrize("verb", ["tune", "remove", "delete", "run"])
def test_no_verb_that_deletes_is_suggested_for_another(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([verb])
    assert "did you mean 'prune'" not in capsys.readouterr().err


def test_serve_ends_as_the_service_ends(tmp_path: Path) -> None:
    environment = os.environ | {"ENGRAM_ARTIFACTS": str(tmp_path / "nowhere")}
    done = subprocess.run(
        [sys.executable, "-m", "training", "serve"], capture_output=True, text=True, env=environment
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere" in done.stderr

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.runtime.checksum import sealed
from training.cli.engine import engine_for, engine_for_all

ROOT = Path(__file__).resolve().parents[3]
RunCli = Callable[..., Any]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Puts bytes on standard input."""

    def give(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return give


def answers(result: Any) -> list[dict[str, Any]]:
    assert result.code == 0, result.err
    assert result.err == ""
    return [json.loads(line) for line in result.out.splitlines()]


def test_a_text_of_the_command_line_is_answered(engram: RunCli, tiny_artifact: Path) -> None:
    (answer,) = answers(engram("predict", tiny_artifact, "the story is gripping zzz"))
    assert list(answer) == [
        *(
            "label",
            "confidence",
            "margin",
            "abstained",
            "probabilities",
            "tokens",
            "unknown_tokens",
            "truncated",
        )
    ]
    assert answer["label"] in ("negative", "positive")
    assert (
        answer["probabilities"][answer["label"]]
        == answer["confidence"]
        == max(answer["probabilities"].values())
    )
    assert sum(answer["probabilities"].values()) == pytest.approx(1.0)
    assert (answer["tokens"], answer["unknown_tokens"], answer["truncated"]) == (5, ["zzz"], False)


def test_top_lists_the_most_probable_labels_only(engram: RunCli, tiny_artifact: Path) -> None:
    (answer,) = answers(engram("predict", tiny_artifact, "warm", "--top", 1))
    assert list(answer["probabilities"]) == [answer["label"]]


@pytest.mark.parametrize("top", ["0", "-1", "all"])
def test_top_is_at_least_one(
    engram: RunCli, tiny_artifact: Path, top: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        engram("predict", tiny_artifact, "text", f"--top={top}")
    assert caught.value.code == 2
    assert "at least 1" in capsys.readouterr().err


def test_an_empty_text_of_the_command_line_is_a_text(engram: RunCli, tiny_artifact: Path) -> None:
    (answer,) = answers(engram("predict", tiny_artifact, ""))
    assert (answer["tokens"], answer["abstained"]) == (0, True)


def test_every_line_of_standard_input_is_answered_in_its_place(
    engram: RunCli, tiny_artifact: Path, given: Callable[[bytes], None]
) -> None:
    lines = [" ".join(["story"] * (i % 7)) for i in range(600)]
    given("\n".join([*lines, "这家 🙂", "no final newline"]).encode())
    found = answers(engram("predict", tiny_artifact))
    assert [answer["tokens"] for answer in found] == [*(i % 7 for i in range(600)), 3, 3]
    alone = answers(engram("predict", tiny_artifact, lines[6]))
    assert found[6]["confidence"] == pytest.approx(alone[0]["confidence"], abs=1e-6)


@pytest.mark.parametrize(
    ("content", "tokens"),
    [
        (b"", []),
        (b"\n", [0]),
        (b"a b\n\n\nc", [2, 0, 0, 1]),
        (b"a b\r\nc\r\n", [2, 1]),
        (b"a\x00b\x0bc\x0cd\xe2\x80\xa8e\xc2\x85f\ng\n", None),
    ],
    ids=["nothing", "an empty line", "empty lines", "CRLF", "other line separators"],
)
def test_only_a_line_feed_ends_a_line(
    engram: RunCli,
    tiny_artifact: Path,
    given: Callable[[bytes], None],
    content: bytes,
    tokens: list[int] | None,
) -> None:
    given(content)
    found = [answer["tokens"] for answer in answers(engram("predict", tiny_artifact))]
    assert len(found) == 2 if tokens is None else found == tokens


def test_a_line_that_is_not_utf_8_is_named(
    engram: RunCli, tiny_artifact: Path, given: Callable[[bytes], None]
) -> None:
    given(b"good\nab\xffc\nmore\n")
    result = engram("predict", tiny_artifact)
    assert result.code == 2
    assert result.err == "engram predict: Line 2 of standard input is not UTF-8 (byte 2).\n"


def test_a_model_that_is_not_there_is_named(engram: RunCli, tiny_artifact: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("ENGRAM_ARTIFACTS", str(tiny_artifact.parent.parent))
    result = engram("predict", "tinny", "text")
    assert result.code == 2
    assert "did you mean 'tiny'?" in result.err
    assert answers(engram("predict", "tiny/1", "text"))


def test_a_damaged_model_answers_nothing(engram: RunCli, own_artifact: Path) -> None:
    (own_artifact / "vocabulary.json").write_text("[")
    result = engram("predict", own_artifact, "text")
    assert (result.code, result.out) == (1, "")
    assert str(own_artifact / "vocabulary.json") in result.err
    assert result.err.count("\n") == 1


def test_a_reader_that_leaves_early_hears_no_complaint(
    tiny_artifact: Path, engram_process: Callable[..., subprocess.Popen[str]]
) -> None:
    process = engram_process("predict", tiny_artifact, stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    for _ in range(300):  # the first chunk is answered, the second waits for more
        process.stdin.write("the story is gripping\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["tokens"] == 4
    process.stdout.close()
    process.stdin.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 1


def test_the_engine_can_be_chosen(engram: RunCli, tiny_artifact: Path) -> None:
    answers = [
        json.loads(engram("predict", tiny_artifact, "gripping", "--engine", name).out)["confidence"]
        for name in ("savedmodel", "onnx", "onnx-int8")
    ]
    assert answers == pytest.approx([answers[0]] * 3, abs=0.02)
    assert answers[1] == pytest.approx(answers[0], abs=1e-5)


def test_the_name_of_a_file_is_no_text(engram: RunCli, tiny_artifact: Path, tmp_path: Path) -> None:
    file = tmp_path / "my mails.csv"
    file.write_text("text\nA fine story.\n")
    for verb in ("predict", "explain"):
        result = engram(verb, tiny_artifact, file)
        assert (result.code, result.out) == (2, "")
        assert f"engram score {tiny_artifact} '{file}' answers.csv" in result.err
        assert f"engram predict {tiny_artifact} < '{file}'" in result.err
    assert len(answers(engram("predict", tiny_artifact, file, "A fine story."))) == 2
    assert len(answers(engram("predict", tiny_artifact, "x" * 5000))) == 1


VERBS = {
    "predict": ["A fine story."],
    "explain": ["--json", "A fine story."],
    "evaluate": ["--json", "examples/tiny.csv"],
    "find-threshold": ["--json", "examples/tiny.csv"],
    "compare": ["--json"],
}


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_answer_without_tensorflow_where_the_model_has_onnx(tiny_artifact: Path, verb: str) -> None:
    code = (
        "import sys; from training.cli.main import main;"
        f"assert main({[verb, str(tiny_artifact), *VERBS[verb]]!r}) == 0;"
        "assert 'tensorflow' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_a_model_without_onnx_is_answered_by_its_savedmodel(tiny_artifact: Path, own_artifact: Path) -> None:
    path = own_artifact / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["files"]["model.onnx"]
    path.write_text(json.dumps(sealed(manifest)))
    assert engine_for(own_artifact) == engine_for_all([tiny_artifact, own_artifact]) == "savedmodel"
    assert engine_for(tiny_artifact) == engine_for_all([tiny_artifact, tiny_artifact]) == "onnx"
    assert engine_for(tiny_artifact, "onnx-int8") == "onnx-int8"


def test_figures_are_the_same_on_both_engines(engram: RunCli, tiny_artifact: Path) -> None:
    by_default, by_savedmodel = (
        json.loads(engram("evaluate", tiny_artifact, ROOT / "examples" / "tiny.csv", "--json", *engine).out)
        for engine in ([], ["--engine", "savedmodel"])
    )
    for name in ("accuracy", "macro_f1", "ece"):
        assert by_default[name] == pytest.approx(by_savedmodel[name], abs=1e-6)

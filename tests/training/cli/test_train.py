"""``engram train`` as a person meets it. Real processes where signals, limits or hash seeds matter."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.figures import in_percent
from models.runtime.artifact import open_artifact, verify_files
from models.runtime.manifest import Manifest

Start = Callable[..., subprocess.Popen[str]]
RunCli = Callable[..., Any]
TINY = Path(__file__).resolve().parents[3] / "examples" / "tiny.toml"
CHATTER = re.compile(r"onednn|cuda|warning|tensorflow/|\bI0000|\bE0000|absl|traceback", re.IGNORECASE)


def to(artifacts: Path) -> tuple[str, ...]:
    """With the files that the tiny model has too."""
    return "--set", f"output.artifacts='{artifacts}'", "--set", "output.onnx=int8"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def told(manifest: Manifest) -> list[tuple[float, ...]]:
    """What every epoch gave, but for how long it took."""
    epochs = manifest.training["history"]["epochs"]
    return [(e["train_loss"], e["dev_loss"], e["dev_accuracy"], e["score"]) for e in epochs]


def assert_same_model(found: Manifest, expected: Manifest) -> None:
    assert told(found) == told(expected)
    assert found.training["history"]["best_epoch"] == expected.training["history"]["best_epoch"]
    assert found.training["history"]["stopped"] == expected.training["history"]["stopped"]
    assert found.golden == expected.golden
    assert found.calibration == expected.calibration
    assert (found.dev, found.test, found.baseline) == (expected.dev, expected.test, expected.baseline)
    assert found.data == expected.data


@pytest.fixture
def ended(engram_process: Start) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: Any, **options: Any) -> tuple[int, str, str]:
        process = engram_process(*arguments, **options)
        out, err = process.communicate()
        return process.returncode, out, err

    return run


def test_another_process_with_the_same_seed_trains_the_same_model(
    own_artifact: Path, ended: Callable[..., tuple[int, str, str]]
) -> None:
    """Also: the second version, what a pipe is told, and files for others under a strict umask."""
    environment = os.environ | {"PYTHONHASHSEED": "12345"}
    code, out, err = ended(
        "train", TINY, *to(own_artifact.parent.parent), env=environment, preexec_fn=lambda: os.umask(0o077)
    )
    assert code == 0, err
    second = own_artifact.parent / "2"
    assert out == f"{second}\n", "the only line on standard output is the path"
    assert not CHATTER.search(err), err
    for part in ("train 240 rows", "epoch 1: train loss", "tokens/s", "network", "baseline", "margin"):
        assert part in err
    assert err.endswith(f"report: {second / 'report' / 'index.html'}\n")
    assert (second / "report" / "index.html").is_file()
    artifact, first = open_artifact(second), open_artifact(own_artifact)
    verify_files(artifact)
    assert artifact.vocabulary == first.vocabulary
    assert_same_model(artifact.manifest, first.manifest)
    assert {file.stat().st_mode & 0o777 for file in second.rglob("*") if file.is_file()} == {0o644}
    assert names(own_artifact.parent.parent / ".runs") == []


def wait_for(process: subprocess.Popen[str], beginning: str) -> None:
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line.startswith(beginning):
            return
    raise AssertionError(f"it ended before {beginning!r}: {''.join(lines)}")


@pytest.mark.slow
def test_a_run_killed_and_resumed_ends_like_one_that_was_not(
    tiny_artifact: Path, tmp_path: Path, engram_process: Start, ended: Callable[..., tuple[int, str, str]]
) -> None:
    """keras-team/keras#17012: kill -9, then ``--resume``."""
    killed = engram_process("train", TINY, *to(tmp_path))
    wait_for(killed, "epoch 2:")
    killed.kill()
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "tiny").exists()
    assert len(names(tmp_path / ".runs")) == 1
    code, out, err = ended("train", TINY, "--resume", *to(tmp_path))
    assert code == 0, err
    assert re.search(r"resuming after epoch [1-7] ", err)
    assert_same_model(open_artifact(Path(out.strip())).manifest, open_artifact(tiny_artifact).manifest)
    assert names(tmp_path / ".runs") == []


def long_run(start: Start, artifacts: Path, **options: Any) -> subprocess.Popen[str]:
    values = ("--set", "training.epochs=500", "--set", "training.patience=500")
    return start("train", TINY, *values, *to(artifacts), **options)


def test_ctrl_c_ends_a_run_with_the_best_so_far(tmp_path: Path, engram_process: Start) -> None:
    process = long_run(engram_process, tmp_path)
    wait_for(process, "epoch 3:")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert "interrupted: going on with the best weights so far" in err
    assert "traceback" not in err.lower()
    assert out == f"{tmp_path / 'tiny' / '1'}\n"
    artifact = open_artifact(tmp_path / "tiny" / "1")
    verify_files(artifact)
    history = artifact.manifest.training["history"]
    assert history["stopped"] == "interrupted"
    assert 3 <= len(history["epochs"]) < 500
    scores = [epoch["score"] for epoch in history["epochs"]]
    assert history["best_epoch"] == 1 + scores.index(max(scores))
    assert names(tmp_path / "tiny") == ["1"]


def test_a_second_ctrl_c_stops_at_once_without_an_artifact(tmp_path: Path, engram_process: Start) -> None:
    process = long_run(engram_process, tmp_path)
    wait_for(process, "epoch 1:")
    process.send_signal(signal.SIGINT)
    wait_for(process, "interrupted:")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out) == (130, ""), err
    assert err == "engram train: stopped\n"
    assert names(tmp_path / "tiny") == []


def small_files() -> None:
    """The checkpoint of the tiny network fits, its graph does not."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


def test_a_full_disk_while_exporting_is_one_sentence_and_the_checkpoint_stays(
    tmp_path: Path, ended: Callable[..., tuple[int, str, str]]
) -> None:
    values = ("--set", "training.epochs=1")
    code, out, err = ended("train", TINY, *values, *to(tmp_path), preexec_fn=small_files)
    assert (code, out) == (1, "")
    last = err.strip().splitlines()[-1]
    assert last.startswith(f"engram train: The artifact cannot be written to {tmp_path / 'tiny'}: ")
    assert last.endswith("File too large.")
    assert not CHATTER.search(err), err
    assert names(tmp_path / "tiny") == []
    run = next((tmp_path / ".runs").iterdir())
    assert names(run) == ["best-1.npz", "current-1.npz", "state.json"]


# What follows runs in this process.


def trained(result: Any) -> Path:
    assert result.code == 0, result.err
    assert result.out.count("\n") == 1
    return Path(result.out.strip())


def test_a_folder_that_cannot_be_written_to_is_one_sentence_before_the_first_epoch(
    engram: RunCli, config_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    result = engram("train", config_file, *to(tmp_path / "file"))
    assert (result.code, result.out) == (1, "")
    assert re.search(
        r"^engram train: The checkpoint cannot be written to .*: Not a directory\.$", result.err, re.M
    )
    assert "epoch 1" not in result.err
    assert "Traceback" not in result.err


def test_a_loss_that_is_no_number_is_one_sentence(engram: RunCli, config_file: Path, tmp_path: Path) -> None:
    values = ["training.optimizer='sgd'", "training.learning_rate=1e38", "training.clip_norm='none'"]
    result = engram("train", config_file, *(part for value in values for part in ("--set", value)))
    assert (result.code, result.out) == (1, "")
    last = result.err.strip().splitlines()[-1]
    assert re.match(
        r"engram train: The loss became (nan|inf) in epoch \d+, step \d+ \(learning_rate = 1e\+38", last
    )
    assert "Traceback" not in result.err
    assert not (tmp_path / "artifacts" / "small").exists()


def test_debug_shows_the_traceback(engram: RunCli, tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    plain, debugged = engram("train", missing), engram("train", missing, "--debug")
    assert plain.code == debugged.code == 2
    assert "Traceback" not in plain.err
    assert plain.err.count("\n") == 1
    assert debugged.err.startswith("Traceback")
    assert debugged.err.endswith(plain.err)


@pytest.mark.parametrize(("arguments", "said"), [(["--seeds", "0"], "'0'"), (["--seeds", "x"], "'x'")])
def test_a_number_of_seeds_is_at_least_one(
    engram: RunCli, config_file: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        engram("train", config_file, *arguments)
    assert caught.value.code == 2
    assert f"{said} is no whole number of at least 1" in capsys.readouterr().err


def test_several_seeds_give_the_best_network_with_mean_and_spread(
    engram: RunCli, config_file: Path, tmp_path: Path
) -> None:
    result = engram("train", config_file, "--seeds", 2, "--set", "training.epochs=1")
    manifest = open_artifact(trained(result)).manifest
    seeds = manifest.training["seeds"]
    assert (seeds["n"], seeds["seeds"]) == (2, [3, 4])
    one, two = seeds["test_accuracy"]
    assert seeds["test_mean"] == pytest.approx((one + two) / 2)
    assert seeds["test_sd"] == pytest.approx(abs(one - two) / 2**0.5)
    assert manifest.training["seed"] in (3, 4)
    chosen = manifest.training["history"]["epochs"][0]["score"]
    assert chosen == pytest.approx(max(seeds["dev_mean"] + seeds["dev_sd"] / 2**0.5, seeds["dev_mean"]))
    assert seeds["dev_mean"] == pytest.approx(sum(seeds["dev_scores"]) / 2)
    assert chosen == max(seeds["dev_scores"])
    assert "2 networks: dev score" in result.err
    assert manifest.baseline is not None
    above = seeds["test_mean"] - manifest.baseline.metrics["accuracy"].value
    assert f"on average {in_percent(above, signed=True)} points against the baseline" in result.err
    assert names(tmp_path / "artifacts") == [".baselines", ".runs", ".tensorboard", "small"]
    assert names(tmp_path / "artifacts" / ".runs") == []


def test_going_on_from_a_saved_model_starts_where_it_ended(engram: RunCli, config_file: Path) -> None:
    first = trained(engram("train", config_file))
    second = trained(engram("train", config_file, "--from", first, "--set", "training.learning_rate=1e-3"))
    before, after = open_artifact(first), open_artifact(second)
    losses = [[e["train_loss"] for e in a.manifest.training["history"]["epochs"]] for a in (before, after)]
    assert losses[1][0] < losses[0][-1]
    assert after.manifest.training["from"] == "small/1"
    assert after.vocabulary == before.vocabulary

    data = config_file.parent / "rows.csv"
    data.write_text(data.read_text().replace(",yes", ",maybe"))
    refused = engram("train", config_file, "--from", first)
    assert refused.code == 2
    assert "cannot learn the label 'maybe': its labels are no, yes" in refused.err

    other = engram("train", config_file, "--from", first, "--set", "model.units=6")
    assert other.code == 2
    assert "model.units = 6, saved with 5" in other.err


MANY = [
    ("a good warm film", ["good", "warm"]),
    ("a good film", ["good"]),
    ("a warm film", ["warm"]),
    ("a film", []),
]


@pytest.mark.parametrize("separator", ["|", None], ids=["separator", "JSON list"])
def test_many_labels_a_text_from_file_to_answer(
    engram: RunCli, tmp_path: Path, separator: str | None
) -> None:
    rows = [(f"{i} {text}", labels) for i in range(16) for text, labels in MANY if labels or not separator]
    if separator:
        lines = ["text,labels", *(f"{text},{separator.join(labels)}" for text, labels in rows)]
    else:
        lines = [json.dumps({"text": text, "labels": labels}) for text, labels in rows]
    data = tmp_path / ("rows.csv" if separator else "rows.jsonl")
    data.write_text("\n".join(lines) + "\n")
    shutil.copy(data, tmp_path / f"dev{data.suffix}")
    with (tmp_path / f"dev{data.suffix}").open("a") as file:  # a label that train lacks
        file.write("new film,cold\n" if separator else '{"text": "new film", "labels": ["cold"]}\n')
    config = tmp_path / "many.toml"
    config.write_text(
        f"""name = "many"\ntask = "multilabel"\noutput.artifacts = '{tmp_path / "artifacts"}'
        [data]\ntrain = "{data.name}"\ndev = "dev{data.suffix}"\ntest = "none"
        {f'separator = "{separator}"' if separator else ""}
        [text]\nmin_count = 1
        [model]\ncell = "simple_rnn"\nembedding_size = 8\nunits = 6\npooling = "max"
        [training]\nepochs = 12\nbatch_size = 8\nlearning_rate = 2e-2\npatience = 12\n"""
    )
    result = engram("train", config)
    artifact = trained(result)
    assert '"cold" (1 row) does not occur in train' in result.err
    manifest = open_artifact(artifact).manifest
    assert manifest.labels == ["good", "warm"]
    n = len(rows) + 1
    assert manifest.dev.n == n
    assert manifest.dev.metrics["accuracy"].value == pytest.approx((n - 1) / n), (
        "all but the cold one are right"
    )

    answers = engram("predict", artifact, "77 a good warm film", "88 a good film")
    first, second = map(json.loads, answers.out.splitlines())
    assert {label["label"] for label in first["labels"]} == {"good", "warm"}
    assert [label["label"] for label in second["labels"]] == ["good"]
    assert set(first["probabilities"]) == {"good", "warm"}
    baseline = manifest.baseline
    assert baseline is not None
    assert baseline.metrics["accuracy"].value <= (n - 1) / n, "the baseline is judged alike"
    judged = json.loads(engram("evaluate", artifact, tmp_path / f"dev{data.suffix}", "--json").out)
    assert judged["accuracy"] == pytest.approx((n - 1) / n)


def test_a_dev_label_that_train_lacks_is_named_and_counts_as_wrong(engram: RunCli, config_file: Path) -> None:
    rows = (config_file.parent / "rows.csv").read_text()
    (config_file.parent / "dev.csv").write_text(rows + '"row 1 was odd",odd\n' * 20)
    values = ("--set", "data.dev='dev.csv'", "--set", "training.epochs=6")
    result = engram("train", config_file, *values)
    manifest = open_artifact(trained(result)).manifest
    assert '"odd" (20 rows) does not occur in train; these rows count as wrong' in result.err
    assert manifest.labels == ["no", "yes"]
    assert manifest.dev.n == 100
    assert manifest.dev.metrics["accuracy"].value == pytest.approx(0.8), "all but the odd ones are right"
    best = manifest.training["history"]["best_epoch"]
    assert manifest.training["history"]["epochs"][best - 1]["dev_accuracy"] == pytest.approx(0.8)


def invisible() -> str:
    """Rows that no white space makes empty and that hold no token."""
    soft_hyphen, no_width = "\u00ad", "\u200b"
    return "".join(f"{soft_hyphen * i},yes\n{no_width * i},no\n" for i in range(1, 20))


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda folder: (folder / "rows.csv").unlink(), "rows.csv"),
        (lambda folder: (folder / "rows.csv").write_text(""), "rows.csv"),
        (lambda folder: (folder / "rows.csv").write_text("text,label\na,yes\nb,yes\n"), '"yes"'),
        (lambda folder: (folder / "rows.csv").write_text("words,label\na,yes\nb,no\n"), "text"),
        (
            lambda folder: (folder / "rows.csv").write_text("text,label\n" + invisible()),
            "token",
        ),
    ],
    ids=["no file", "empty file", "one class", "no column", "no token"],
)
def test_bad_data_is_one_sentence_and_no_artifact(
    engram: RunCli, config_file: Path, break_it: Callable[[Path], object], said: str
) -> None:
    break_it(config_file.parent)
    result = engram("train", config_file)
    assert (result.code, result.out) == (2, ""), result.err
    last = result.err.strip().splitlines()[-1]
    assert last.startswith("engram train: ")
    assert said in last
    assert "Traceback" not in result.err
    assert not (config_file.parent / "artifacts" / "small").exists()

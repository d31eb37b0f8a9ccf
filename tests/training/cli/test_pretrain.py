import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.config_file import load_config
from training.pretrain import pretrain
from training.progress import PlainReporter
from training.run import prepare
from training.tagging.run import prepare_tagger

Run = Callable[..., Any]


@pytest.mark.parametrize("method", ["skip-gram", "cbow"])
def test_vectors_are_written_shown_and_read_by_a_network(engram: Run, config_file: Path, method: str) -> None:
    shown = ("--near", "good", "--analogy", "was", "good", "row")
    done = engram("pretrain", config_file, "--method", method, "--window", 2, *shown)
    assert done.code == 0, done.err
    path = config_file.parent / "small.vec"
    assert done.out == f"{path}\n"
    assert f"fitting {method} vectors on 40 texts" in done.err
    assert "like good: " in done.err
    assert "was is to good as row is to: " in done.err
    assert 'model.vectors = "small.vec"' in done.err
    run = prepare(load_config(config_file, ["model.vectors=small.vec"]), PlainReporter())
    assert run.vectors is not None
    assert run.vectors.coverage == 1.0


def test_json_holds_what_is_shown(engram: Run, config_file: Path) -> None:
    done = engram(
        "pretrain", config_file, "--near", "good", "--analogy", "was", "good", "row", "--json", "-q"
    )
    assert (done.code, done.err) == (0, "")
    body = json.loads(done.out)
    assert body["output"] == str(config_file.parent / "small.vec")
    assert body["words"] == len((config_file.parent / "small.vec").read_text().splitlines()) - 1
    assert [len(found) for found in body["near"].values()] == [5]
    assert body["analogies"][0]["of"] == ["was", "good", "row"]
    assert all(-1 <= cosine <= 1 for _, cosine in body["near"]["good"])


def test_both_methods_and_characters_give_other_vectors(config_file: Path) -> None:
    config = load_config(config_file)
    one, other = (pretrain(config, method, PlainReporter()).table for method in ("skip-gram", "cbow"))
    assert one.shape == other.shape
    assert not np.allclose(one, other, atol=1e-2)
    found = pretrain(load_config(config_file, ["text.unit=character"]), "skip-gram", PlainReporter())
    assert {len(word) for word in found.vocabulary.tokens[2:]} == {1}


def test_unlabelled_texts_are_read_too_and_their_words_shown(engram: Run, config_file: Path) -> None:
    (config_file.parent / "more.txt").write_text("row was indeed splendid\n" * 30)
    settings = ["--set=data.unlabelled=more.txt", "--set=text.unlabelled_min_count=30"]
    settings.append("--set=model.vectors=word2vec")
    done = engram("pretrain", config_file, *settings, "--near", "splendid")
    assert done.code == 0, done.err
    assert "on 70 texts" in done.err
    assert "like splendid: " in done.err
    lines = (config_file.parent / "small.vec").read_text().splitlines()
    assert "splendid" in {line.split(" ")[0] for line in lines[1:]}


@pytest.mark.parametrize("task", ["tagging", "joint"])
def test_a_tagging_network_has_its_vectors_too(
    engram: Run, write_trips: Callable[..., Path], tmp_path: Path, task: str
) -> None:
    config = write_trips(tmp_path, task)
    (tmp_path / "more.txt").write_text("they arrive in Lisbon on Monday\n" * 5)
    done = engram("pretrain", config, "--near", "leave", "--set=data.unlabelled=more.txt", "--set=seed=2")
    assert done.code == 0, done.err
    run = prepare_tagger(load_config(config, ["model.vectors=trips.vec"]), PlainReporter())
    texts = len(run.dataset.parts["train"].texts) + 5
    assert f"on {texts} texts" in done.err
    assert "like leave: " in done.err
    assert run.vectors is not None
    assert run.vectors.coverage == 1.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--near", "zebra"], "'zebra' has no vector"),
        (["--output", "missing/x.vec"], "cannot be written to missing/x.vec"),
        (["--set", "model.input=letter-trigram"], 'Word vectors are for model.input = "embedding"'),
    ],
)
def test_bad_input_is_one_sentence(engram: Run, config_file: Path, arguments: list[str], words: str) -> None:
    done = engram("pretrain", config_file, *arguments)
    assert done.code in (1, 2)
    assert words in done.err
    assert len(done.err.strip().splitlines()[-1]) < 300
    assert done.out == ""

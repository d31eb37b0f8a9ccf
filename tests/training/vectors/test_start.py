"""Fitted vectors in a network, from the config to the saved model."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.errors import DataError
from models.networks.build import build_network
from models.networks.spec import NetworkSpec
from training.config_file import load_config
from training.network import start_network
from training.progress import PlainReporter
from training.run import Prepared, _run_key, prepare
from training.tagging.run import prepare_tagger
from training.vectors.start import MEAN_NORM, StartVectors, centred, epochs_for
from training.vectors.word2vec import Word2Vec

WriteConfig = Callable[[Path], Path]


def prepared(write_config: WriteConfig, folder: Path, *overrides: str) -> Prepared:
    path = write_config(folder)
    (folder / "more.txt").write_text("row was indeed really good\n" * 30)
    return prepare(load_config(path, ["model.vectors=word2vec", *overrides]), PlainReporter())


def test_a_network_starts_with_the_vectors_of_its_training_texts(
    write_config: WriteConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = prepared(write_config, tmp_path)
    assert "tokens may be worse than none" in capsys.readouterr().err
    assert run.vectors is not None
    assert (run.vectors.texts, run.vectors.tokens) == (40, sum(map(len, run.encoded["train"].ids)))
    table = np.asarray(start_network(run, 3).get_layer("embedding").embeddings.value)
    fitted = run.vectors.table.any(axis=1)
    np.testing.assert_array_equal(table[fitted], run.vectors.table[fitted])
    assert np.linalg.norm(table[fitted], axis=1).mean() == pytest.approx(MEAN_NORM, rel=1e-4)
    assert not table[0].any()
    good, bad, row = (run.vocabulary.ids[word] for word in ("good", "bad", "row"))
    assert fitted[[good, bad, row]].all()


def test_unlabelled_texts_are_read_too(write_config: WriteConfig, tmp_path: Path) -> None:
    run = prepared(write_config, tmp_path, "data.unlabelled=more.txt")
    assert run.vectors is not None
    assert (run.vectors.texts, run.vectors.as_dict()["tokens"]) == (70, run.vectors.tokens)
    without = prepared(write_config, tmp_path)
    assert without.vectors is not None
    assert run.vectors.tokens == without.vectors.tokens + 30 * 5
    assert run.vectors.sha256 != without.vectors.sha256
    assert _run_key(run, 3) != _run_key(without, 3)


def test_unlabelled_texts_are_read_to_their_end(write_config: WriteConfig, tmp_path: Path) -> None:
    short = prepared(write_config, tmp_path, "data.unlabelled=more.txt", "text.max_length=2")
    assert short.vectors is not None
    assert short.vectors.tokens == sum(map(len, short.encoded["train"].ids)) + 30 * 5


def test_words_of_unlabelled_texts_are_known_by_their_vectors(
    write_config: WriteConfig, tmp_path: Path
) -> None:
    overrides = ["data.unlabelled=more.txt", "text.min_count=40"]
    without = prepared(write_config, tmp_path, *overrides)
    assert without.vocabulary.tokens[2:] == ("row", "was")
    run = prepared(write_config, tmp_path, *overrides, "text.unlabelled_min_count=30")
    assert run.vocabulary.tokens[2:] == ("row", "was", "good", "indeed", "really")
    assert run.vectors is not None
    assert run.vectors.table[2:].any(axis=1).all()
    rarer = prepared(write_config, tmp_path, *overrides, "text.unlabelled_min_count=31")
    assert rarer.vocabulary == without.vocabulary


def test_one_seed_gives_the_same_vectors_in_two_folders(write_config: WriteConfig, tmp_path: Path) -> None:
    """With texts enough that several workers would each have some."""
    found = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        path = write_config(folder)
        random = np.random.default_rng(0)
        lines = [" ".join(f"word{number}" for number in random.integers(0, 40, 50)) for _ in range(600)]
        (folder / "many.txt").write_text("\n".join(lines))
        overrides = ["model.vectors=word2vec", "data.unlabelled=many.txt", "text.unlabelled_min_count=5"]
        found.append(prepare(load_config(path, overrides), PlainReporter()).vectors)
    one, two = found
    assert one is not None
    assert two is not None
    assert one.tokens > 30_000
    np.testing.assert_array_equal(one.table, two.table)


def test_the_same_texts_are_fitted_once(
    write_config: WriteConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = prepared(write_config, tmp_path)
    monkeypatch.setattr(Word2Vec, "fit", lambda *_: 1 / 0)
    again = prepared(write_config, tmp_path)
    assert first.vectors is not None
    assert again.vectors is not None
    assert first.vectors.sha256 == again.vectors.sha256
    with pytest.raises(ZeroDivisionError):
        prepared(write_config, tmp_path, "data.unlabelled=more.txt")
    with pytest.raises(ZeroDivisionError):
        prepared(write_config, tmp_path, "model.embedding_size=5")


def test_tokens_without_a_vector_keep_the_network_s_own() -> None:
    model = build_network(NetworkSpec(4, 2, embedding_size=3, cell="simple_rnn", units=2), 1)
    own = np.asarray(model.get_layer("embedding").embeddings.value).copy()
    table = np.zeros((4, 3), np.float32)
    table[3] = 7.0
    StartVectors(table, 1, 1).put_into(model)
    found = np.asarray(model.get_layer("embedding").embeddings.value)
    np.testing.assert_array_equal(found, [[0, 0, 0], own[1], own[2], [7, 7, 7]])


def test_vectors_stand_around_zero_and_rows_without_one_stay() -> None:
    found = centred(np.array([[0, 0], [13, 4], [7, -4]], np.float32))
    np.testing.assert_allclose(found, np.array([[0, 0], [3, 4], [-3, -4]]) * MEAN_NORM / 5, rtol=1e-6)


def test_a_single_vector_is_no_error() -> None:
    assert not centred(np.array([[0, 0], [3, 4]], np.float32)).any()


def test_few_texts_are_read_more_often() -> None:
    assert [epochs_for(tokens) for tokens in (0, 1_000, 200_000, 1_000_000, 90_000_000)] == [50, 50, 25, 5, 4]


@pytest.mark.parametrize("task", ["classification", "joint"])
def test_a_file_that_cannot_be_used_is_refused_before_the_baselines(
    write_config: WriteConfig,
    write_trips: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    task: str,
) -> None:
    monkeypatch.setattr("training.run.fit_baselines", lambda *_: 1 / 0)
    monkeypatch.setattr("training.tagging.run.fit_tagging_baseline", lambda *_: 1 / 0)
    path = write_config(tmp_path) if task == "classification" else write_trips(tmp_path)
    (tmp_path / "empty.vec").write_text("")
    config = load_config(path, ["model.vectors=empty.vec"])
    with pytest.raises(DataError, match=r"empty\.vec is empty"):
        (prepare if task == "classification" else prepare_tagger)(config, PlainReporter())

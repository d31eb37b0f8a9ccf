"""Every way to read a word goes all the way: from the config to answers of both engines."""

from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import pytest

from models.runtime.artifact import open_artifact
from models.runtime.explain import explain
from models.runtime.predictor import Predictor, open_predictor
from training.config import INPUTS

pytestmark = pytest.mark.slow

TEXTS = ["row 3 was goood, really", "row 5 was bad indeed", "", "爱 8/10 nothing of this is known"]
OWN_KEYS = {"one-hot": ["text.vocabulary_size=100"]}


def trained(
    engram: Callable[..., object], config_file: Path, values: Sequence[str]
) -> tuple[Predictor, Predictor, Predictor]:
    """The model of a config, trained with ``values`` set, in the three engines."""
    done = engram("train", config_file, *(word for value in values for word in ("--set", value)))
    assert done.code == 0, done.err
    path = Path(done.out.strip())
    return open_predictor(path), open_predictor(path, "onnx"), open_predictor(path, "onnx-int8")


def check_alike(saved: Predictor, fast: Predictor, small: Predictor, texts: Sequence[str]) -> None:
    """The SavedModel and ONNX give the same answers to ``texts``, and int8 the same labels."""
    for one, other, rough in zip(*(each.predict(texts) for each in (saved, fast, small)), strict=True):
        np.testing.assert_allclose(one.answer.probabilities, other.answer.probabilities, rtol=0, atol=1e-5)
        assert one.answer.best == rough.answer.best or one.tokens == 0
        assert (one.tokens, one.unknown_tokens) == (other.tokens, other.unknown_tokens)


@pytest.mark.parametrize("read_as", INPUTS)
def test_an_input_is_trained_saved_and_answers_from_every_engine(
    engram: Callable[..., object], config_file: Path, read_as: str
) -> None:
    values = [
        f"model.input={read_as}",
        "output.onnx=int8",
        "training.epochs=20",
        "training.patience=20",
        *OWN_KEYS.get(read_as, []),
    ]
    saved, fast, small = trained(engram, config_file, values)
    assert saved.manifest.engines["onnx"].max_difference < 1e-5
    assert saved.manifest.test.metrics["accuracy"].value > 0.8
    check_alike(saved, fast, small, TEXTS)
    words = explain(fast, TEXTS[0]).words
    assert [word.word for word in words] == ["row", "3", "was", "goood", ",", "really"]
    assert max(abs(word.effect) for word in words) > 0.01
    if read_as == "letter-trigram":
        # A word that training never saw is known by its letters.
        assert saved.predict(["goood"])[0].unknown_tokens == ()
        assert saved.manifest.labels[saved.predict(["row 7 was goood, reallly"])[0].answer.best] == "yes"


def test_a_capital_tells_words_apart_that_training_never_saw(
    engram: Callable[..., object], config_file: Path
) -> None:
    names = [f"here is {'Z' if row % 2 else 'z'}{'oghunty'[row % 7]}{row} again" for row in range(240)]
    rows = [f"{text},{'yes' if row % 2 else 'no'}" for row, text in enumerate(names)]
    (config_file.parent / "names.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    (config_file.parent / "more.txt").write_text("Ada was here\nada was HERE\n")
    values = [
        "data.train=names.csv",
        "data.unlabelled=more.txt",
        "model.capitalisation=true",
        "model.vectors=word2vec",
        "model.wide=true",
        "output.onnx=int8",
        "training.epochs=20",
    ]
    saved, fast, small = trained(engram, config_file, values)
    assert saved.manifest.test.metrics["accuracy"].value > 0.9
    texts = ["here is Ada again", "here is ada again", "HERE IS iPod", "", "爱 Ａda"]
    check_alike(saved, fast, small, texts)
    answers = saved.predict(texts)
    assert [saved.manifest.labels[answer.answer.best] for answer in answers[:2]] == ["yes", "no"]
    assert (answers[0].tokens, answers[0].unknown_tokens) == (4, ("Ada",))
    words = explain(fast, texts[0]).words
    assert [word.word for word in words] == texts[0].split()
    assert max(words, key=lambda word: word.effect).word == "Ada"


@pytest.mark.parametrize("rate", ["0", "none"], ids=["frozen", "tuned"])
def test_vectors_of_a_file_reach_the_answers_of_both_engines(
    engram: Callable[..., object], config_file: Path, rate: str
) -> None:
    vectors = {"good": [1, 2, 3, 4, 5, 6], "bad": [6, 5, 4, 3, 2, 1]}
    lines = [f"{word} {' '.join(map(str, vector))}" for word, vector in vectors.items()]
    (config_file.parent / "v.vec").write_text("\n".join(["2 6", *lines]) + "\n")
    done = engram(
        "train", config_file, "--set", "model.vectors=v.vec", "--set", f"training.embedding_rate={rate}"
    )
    assert done.code == 0, done.err
    path = Path(done.out.strip())
    saved, fast = (open_predictor(path, engine) for engine in ("savedmodel", "onnx"))
    vocabulary = open_artifact(path).vocabulary
    known = len(vocabulary.ids)
    assert saved.manifest.training["vectors"]["coverage"] == pytest.approx(2 / known)
    for one, other in zip(saved.predict(TEXTS), fast.predict(TEXTS), strict=True):
        np.testing.assert_allclose(one.answer.probabilities, other.answer.probabilities, rtol=0, atol=1e-5)
    table = keras.saving.load_model(path / "model.keras").get_layer("embedding").embeddings.numpy()
    good, bad = (table[vocabulary.id_of(word)] for word in ("good", "bad"))
    # Two vectors around their mean point in opposite directions, as long as they are left alone.
    assert np.allclose(good, -bad, rtol=1e-4) == (rate == "0")
    assert np.linalg.norm(good) > 3.5

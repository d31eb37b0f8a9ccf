import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from models.errors import ArtifactError
from models.runtime.checksum import sealed
from models.runtime.engines.base import Ids, Outputs
from models.runtime.predictor import Predictor, open_predictor, prediction_as_dict

WORDS = ["the", "story", "gripping", "dull", "warm", "mess", "unheard", "这", "🙂", "8/10", "camera", "work"]


@pytest.fixture(scope="module")
def predictor(tiny_artifact: Path) -> Predictor:
    return open_predictor(tiny_artifact)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    chooser = random.Random(3)
    mixed = [" ".join(chooser.choices(WORDS, k=chooser.randrange(60))) for _ in range(150)]
    return ["", "the story " * 500, *mixed, "\u00ad"]


def probabilities(predictor: Predictor, texts: list[str]) -> np.ndarray:
    return np.array([prediction.answer.probabilities for prediction in predictor.predict(texts)])


def test_neither_order_nor_company_nor_splitting_changes_an_answer(
    predictor: Predictor, texts: list[str]
) -> None:
    together = probabilities(predictor, texts)
    assert np.ptp(together[:, 0]) > 0.3
    alone = np.concatenate([probabilities(predictor, [text]) for text in texts])
    np.testing.assert_allclose(alone, together, atol=1e-6)
    backwards = probabilities(predictor, texts[::-1])[::-1]
    np.testing.assert_allclose(backwards, together, atol=1e-6)
    parts = np.concatenate([probabilities(predictor, texts[i : i + 7]) for i in range(0, len(texts), 7)])
    np.testing.assert_allclose(parts, together, atol=1e-6)
    with_a_long_one = probabilities(predictor, [*texts[2:12], "story " * 5000])[:-1]
    np.testing.assert_allclose(with_a_long_one, together[2:12], atol=1e-6)


def test_it_answers_as_the_graph_does_from_raw_text(
    predictor: Predictor, texts: list[str], tiny_artifact: Path
) -> None:
    serve = tf.saved_model.load(str(tiny_artifact)).signatures["serving_default"]
    found = serve(text=tf.constant(texts))
    np.testing.assert_allclose(probabilities(predictor, texts), found["probabilities"].numpy(), atol=1e-5)


def test_no_texts_give_no_answers(predictor: Predictor) -> None:
    assert predictor.predict([]) == []


@pytest.mark.parametrize("text", ["", " \t\n", "\u00ad", "\u200b\u200b"])
def test_a_text_without_tokens_abstains(predictor: Predictor, text: str) -> None:
    (prediction,) = predictor.predict([text])
    assert prediction.answer.abstained
    assert (prediction.tokens, prediction.truncated, prediction.unknown_tokens) == (0, False, ())
    assert np.isfinite(prediction.answer.probabilities).all()


@pytest.mark.parametrize(
    "logits",
    [np.zeros((3, 2)), np.full((2, 2), np.nan), np.full((2, 2), np.inf)],
    ids=["other row count", "nan", "infinity"],
)
def test_outputs_that_do_not_fit_the_texts_are_never_handed_out(predictor: Predictor, logits) -> None:
    class Engine:
        name, most_cells = "wrong", 1000

        def run(self, ids: Ids, lengths: Ids) -> Outputs:
            return {"logits": logits.astype(np.float32)}

    with pytest.raises(ArtifactError, match="not finite"):
        Predictor(predictor.artifact, Engine()).predict(["a", "b"])


def test_facts_of_a_text_come_with_its_answer(predictor: Predictor) -> None:
    short, long = predictor.predict(["the xyzzy Story \ud800 xyzzy", "story " * 41])
    assert (short.tokens, short.truncated) == (5, False)
    assert "xyzzy" in short.unknown_tokens
    assert "Story" not in short.unknown_tokens
    assert (long.tokens, long.truncated, long.unknown_tokens) == (41, True, ())


def test_a_prediction_as_json_is_complete_and_rounds_nothing(predictor: Predictor) -> None:
    (prediction,) = predictor.predict(["a gripping story"])
    body = json.loads(json.dumps(prediction_as_dict(prediction, predictor.manifest), allow_nan=False))
    p = dict(zip(predictor.manifest.labels, prediction.answer.probabilities, strict=True))
    assert body["probabilities"] == p
    assert list(body["probabilities"].values()) == sorted(p.values(), reverse=True)
    assert body["label"] == max(p, key=lambda label: p[label])
    assert body["confidence"] == max(p.values())
    assert body["margin"] == pytest.approx(max(p.values()) - min(p.values()))
    assert list(prediction_as_dict(prediction, predictor.manifest, top=1)["probabilities"]) == [body["label"]]


def edit(artifact: Path, change: Callable[[dict[str, Any]], object]) -> None:
    manifest = json.loads((artifact / "manifest.json").read_text())
    change(manifest)
    (artifact / "manifest.json").write_text(json.dumps(sealed(manifest)))


def shift(by: float) -> Callable[[dict[str, Any]], None]:
    def change(manifest: dict[str, Any]) -> None:
        manifest["golden"][3]["outputs"]["savedmodel"]["logits"][1] += by

    return change


def test_golden_answers_may_differ_in_their_last_digits(own_artifact: Path) -> None:
    edit(own_artifact, shift(5e-5))
    open_predictor(own_artifact)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (shift(2e-4), "golden example 4 answers 0.0002 away"),
        (shift(-2e-4), "golden example 4 answers 0.0002 away"),
        (shift(float("nan")), "golden.3.outputs.savedmodel.logits.1: Input should be a finite number"),
        (
            lambda manifest: manifest["golden"][2].update(text="entirely other words"),
            "golden example 3 gives other",
        ),
        (
            lambda manifest: manifest["golden"][0]["outputs"].pop("savedmodel"),
            "golden example 1 has no outputs of the SavedModel",
        ),
    ],
    ids=["more", "less", "no number", "text", "engine"],
)
def test_golden_answers_that_differ_refuse_the_model(
    own_artifact: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    edit(own_artifact, change)
    with pytest.raises(ArtifactError) as caught:
        open_predictor(own_artifact)
    assert said in str(caught.value)


def test_a_changed_file_refuses_the_model_before_it_is_loaded(own_artifact: Path) -> None:
    """Nothing of a file that somebody else has written is run."""
    (own_artifact / "saved_model.pb").write_bytes(b"\x00" * (own_artifact / "saved_model.pb").stat().st_size)
    with pytest.raises(ArtifactError, match="is not the file that was saved"):
        open_predictor(own_artifact)


MEMORY = """
import sys
from pathlib import Path
from models.runtime.predictor import open_predictor

def resident():
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * 4096 / 2**20

predictor = open_predictor(Path(sys.argv[1]))
texts = [f"the story {'was warm ' * (i % 23)}{i}" for i in range(2000)]
for text in texts[:200]:
    predictor.predict([text])
before = resident()
for text in texts:
    predictor.predict([text])
print(resident() - before)
"""


@pytest.mark.slow
def test_two_thousand_single_answers_do_not_grow_the_process(tiny_artifact: Path) -> None:
    """keras-team/keras#13118: ``model.predict`` in a server grows with every call."""
    command = [sys.executable, "-c", MEMORY, str(tiny_artifact)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 10, "MiB"

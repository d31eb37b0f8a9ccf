"""An explanation is what the predictor itself answers to the text without a word, and to its beginnings."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.errors import InputError
from models.runtime import explain as module
from models.runtime.engines.base import Ids, Outputs
from models.runtime.explain import Explanation, explain, explanation_as_dict
from models.runtime.predictor import Predictor, open_predictor

TEXT = "The 🙂 story — gripping,  warm 这 ＭＥＳＳ!"


@pytest.fixture(scope="module", params=["savedmodel", "onnx"])
def predictor(tiny_artifact: Path, request: pytest.FixtureRequest) -> Predictor:
    return open_predictor(tiny_artifact, request.param)


def probability(predictor: Predictor, text: str, label: int) -> float:
    return predictor.predict([text])[0].answer.probabilities[label]


def check(predictor: Predictor, text: str, explanation: Explanation) -> None:
    best = predictor.predict([text])[0].answer.best
    assert explanation.answer.best == best
    whole = probability(predictor, text, best)
    for word, prefix in zip(explanation.words, explanation.prefixes, strict=True):
        assert word.word == text[word.start : word.end]
        without = probability(predictor, f"{text[: word.start]} {text[word.end :]}", best)
        assert word.effect == pytest.approx(whole - without, abs=1e-6)
        so_far = predictor.predict([text[: word.end]])[0].answer
        assert prefix.end == word.end
        assert prefix.answer.best == so_far.best
        np.testing.assert_allclose(prefix.answer.probabilities, so_far.probabilities, atol=1e-6)
        assert prefix.answer.abstained == so_far.abstained
    assert explanation.prefixes[-1].answer == explanation.answer


def test_words_are_left_out_and_prefixes_read_one_by_one(predictor: Predictor) -> None:
    explanation = explain(predictor, TEXT)
    check(predictor, TEXT, explanation)
    assert [word.word for word in explanation.words] == [
        "The", "🙂", "story", "—", "gripping", ",", "warm", "这", "ＭＥＳＳ", "!"
    ]  # fmt: skip
    assert np.ptp([word.effect for word in explanation.words]) > 0.01
    unknown = [word.word for word in explanation.words if word.unknown]
    assert unknown == ["🙂", "—", "这"]


class Counting:
    """An engine that counts what it reads."""

    most_cells = 1000

    def __init__(self, predictor: Predictor) -> None:
        self.engine, self.name, self.tokens = predictor.engine, predictor.engine.name, 0

    def run(self, ids: Ids, lengths: Ids) -> Outputs:
        self.tokens += int(lengths.sum())
        return self.engine.run(ids, lengths)


def test_a_long_text_is_explained_in_parts_that_cost_no_more(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = " ".join(["gripping", "dull", "story"] * 4)
    monkeypatch.setattr(module, "MOST_TOKENS", 60)
    engine = Counting(predictor)
    explanation = explain(Predictor(predictor.artifact, engine), text)  # type: ignore[arg-type]
    check(predictor, text, explanation)
    assert 1 < len(explanation.words) < 12
    assert engine.tokens <= 60 + 12
    assert " ".join(word.word for word in explanation.words) == text


def test_no_part_spans_what_truncation_left_out(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = predictor.manifest.text
    text = " ".join(["dull"] * rule.head_length + ["unread"] * 50 + ["gripping"] * rule.tail_length)
    monkeypatch.setattr(module, "MOST_TOKENS", rule.max_length * 9)
    words = explain(predictor, text).words
    assert 2 < len(words) < rule.max_length
    assert all("unread" not in word.word for word in words)
    assert sum(len(word.word.split()) for word in words) == rule.max_length


@pytest.mark.parametrize("text", ["", " \u00ad ", "\ud800"])
def test_a_text_without_a_word_has_an_answer_and_nothing_else(predictor: Predictor, text: str) -> None:
    explanation = explain(predictor, text)
    if not explanation.words:
        assert explanation.answer.abstained
        assert explanation.prefixes == ()
    expected = predictor.predict([text])[0].answer.probabilities
    assert explanation.answer.probabilities == pytest.approx(expected, abs=1e-6)
    assert all(word.word == "\ufffd" for word in explanation.words)


def test_the_json_form_is_that_of_the_api(predictor: Predictor) -> None:
    body = explanation_as_dict(explain(predictor, "gripping story"), predictor.manifest, top=1)
    assert set(body) == {"label", "words", "prefixes"}
    assert [word["word"] for word in body["words"]] == ["gripping", "story"]
    assert not any(word["unknown"] for word in body["words"])
    assert set(body["words"][0]) == {"start", "end", "word", "effect", "unknown"}
    for prefix in body["prefixes"]:
        assert prefix["probabilities"] == {prefix["label"]: prefix["confidence"]}


def test_a_model_of_another_kind_is_refused(predictor: Predictor) -> None:
    manifest = predictor.manifest.model_copy(update={"task": "tagging"})
    other = Predictor(replace(predictor.artifact, manifest=manifest), predictor.engine)
    with pytest.raises(InputError, match=r"is a tagging model \(entities\), which cannot be explained"):
        explain(other, "gripping")

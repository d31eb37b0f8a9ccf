import subprocess
import sys
from pathlib import Path

import pytest
import tensorflow as tf

from models.text.graph import GraphText
from models.text.plain import Encoder, PlainText
from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary

Known = tuple[str, list[tuple[str, int, int]]]

TEXTS = ["A good film, isn't it?", "", "好电影 8/10 \x00 Zog", "\ufeffGOOD\u00ad film"]
VOCABULARY = Vocabulary.fit([["good", "film", "isn't", "好", "8/10", ","]], 100)
SIGNATURE = [tf.TensorSpec([None], tf.string, name="text")]


@pytest.fixture(scope="module")
def graph() -> GraphText:
    return GraphText(TextRule(), VOCABULARY)


def expected(texts: list[str]) -> tuple[list[list[int]], list[int]]:
    encoder = Encoder(TextRule(), VOCABULARY)
    rows = [list(encoder.encode(text).ids) for text in texts]
    time = max(1, *map(len, rows))
    return [row + [0] * (time - len(row)) for row in rows], list(map(len, rows))


def test_known_answers(graph: GraphText, known: Known) -> None:
    text, answer = known
    got = graph.tokenize(tf.constant([PlainText(TextRule()).graph_input(text)]))
    assert [token.decode() for token in got.to_list()[0]] == [token for token, _, _ in answer]


def test_ids_and_lengths(graph: GraphText) -> None:
    ids, lengths = graph.encode(tf.constant(TEXTS))
    assert (ids.numpy().tolist(), lengths.numpy().tolist()) == expected(TEXTS)
    assert ids.dtype == lengths.dtype == tf.int32


@pytest.mark.parametrize("texts", [[""], ["", " \u00ad"]])
def test_time_is_at_least_one(graph: GraphText, texts: list[str]) -> None:
    ids, lengths = graph.encode(tf.constant(texts))
    assert ids.numpy().tolist() == [[0]] * len(texts)
    assert lengths.numpy().tolist() == [0] * len(texts)


def test_empty_batch(graph: GraphText) -> None:
    ids, lengths = graph.encode(tf.constant([], tf.string))
    assert ids.shape == (0, 1)
    assert lengths.shape == (0,)
    assert graph.tokenize(tf.constant([], tf.string)).to_list() == []


def test_a_vocabulary_without_words() -> None:
    ids, _ = GraphText(TextRule(), Vocabulary.fit([], 2)).encode(tf.constant(["[PAD] a"]))
    assert ids.numpy().tolist() == [[1, 1, 1, 1]]


@pytest.mark.parametrize("broken", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80"])
def test_invalid_utf8_becomes_replacement_characters(graph: GraphText, broken: bytes) -> None:
    first, *middle, last = graph.tokenize(tf.constant([b"a" + broken + b" b"])).to_list()[0]
    assert (first, last) == (b"a", b"b")
    assert {token.decode() for token in middle} == {"\ufffd"}


@pytest.mark.parametrize("unit", ["word", "character"])
def test_long_texts(unit: str) -> None:
    text = "a1' " * 25_000
    rule = TextRule(unit=unit, max_length=6)
    ids, lengths = GraphText(rule, VOCABULARY).encode(tf.constant([text, "good"]))
    assert lengths.numpy().tolist() == [6, 1 if unit == "word" else 4]
    assert ids.shape == (2, 6)


def test_tables_stay_small(graph: GraphText) -> None:
    function = tf.function(graph.encode, input_signature=SIGNATURE).get_concrete_function()
    assert len(function.graph.as_graph_def().SerializeToString()) < 300_000


def test_a_saved_model_reads_alike_in_a_new_process(tmp_path: Path) -> None:
    module = tf.Module()
    module.text = GraphText(TextRule(), VOCABULARY)
    module.encode = tf.function(module.text.encode, input_signature=SIGNATURE)

    @tf.function(input_signature=SIGNATURE)
    def serve(text: tf.Tensor) -> dict[str, tf.Tensor]:
        ids, lengths = module.text.encode(text)
        return {"ids": ids, "lengths": lengths}

    tf.saved_model.save(module, str(tmp_path / "model"), signatures=serve)
    program = f"""
import sys
sys.modules["keras"] = None
import tensorflow as tf
model = tf.saved_model.load({str(tmp_path / "model")!r})
got = model.signatures["serving_default"](text=tf.constant({TEXTS!r}))
print((got["ids"].numpy().tolist(), got["lengths"].numpy().tolist()))
# As TensorFlow Serving loads: a session and the model's own initialisation.
with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    meta = tf.compat.v1.saved_model.load(session, ["serve"], {str(tmp_path / "model")!r})
    signature = meta.signature_def["serving_default"]
    names = [signature.outputs[name].name for name in ("ids", "lengths")]
    ids, lengths = session.run(names, {{signature.inputs["text"].name: {TEXTS!r}}})
    print((ids.tolist(), lengths.tolist()))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120
    )
    assert ran.stdout.splitlines() == [str(expected(TEXTS))] * 2

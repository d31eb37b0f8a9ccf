"""Both implementations of the text rule read every string alike."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise

import pytest
import tensorflow as tf
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from models.text.case import CASE_TOKENS
from models.text.graph import GraphText
from models.text.plain import Encoder, PlainText
from models.text.spec import OTHER_ID, TextRule, Truncation, Unit
from models.text.table import CODE_POINTS, CodeClass, Table, load_table
from models.text.vocabulary import SPECIAL as SPECIAL_TOKENS
from models.text.vocabulary import Vocabulary

IN_CLASS = {
    code_class: [chr(code) for code in range(CODE_POINTS) if load_table().classes[code] == code_class]
    for code_class in CodeClass
    if code_class is not CodeClass.MARK
}
HAN_BLOCKS = "一鿿㐀䶿豈\U00020000\U0002a6df\U0002b740\U0002ceb0\U0002fa1d\U00030000\U0003134a\U00031350"
SPECIAL = (
    "\x00\u3000\ufeff\ufffd\ufffe\uffff\U0010ffff\ud800\udbff\udc00\udfff\u0301\u20e3\ufe0f\u200d\u00adİẞΣςǅﬁ"
)

characters = st.one_of(
    st.sampled_from("ab1' "),
    st.sampled_from("aB1٣é.,/:'’-_\t"),
    st.sampled_from(SPECIAL + HAN_BLOCKS),
    *(st.sampled_from(found) for found in IN_CLASS.values()),
    st.integers(0, CODE_POINTS - 1).map(chr),
    st.integers(0xD800, 0xDFFF).map(chr),
    st.integers(0x10000, 0x1FFFF).map(chr),
)
# What joins depends on both neighbours.
joined = st.tuples(
    st.sampled_from("a1é٣一 \u00ad"),
    st.sampled_from(IN_CLASS[CodeClass.WORD_JOINER])
    | st.sampled_from(IN_CLASS[CodeClass.NUMBER_JOINER])
    | st.sampled_from("\u00ad\u200d\ufe0f\ufeff"),
    st.sampled_from("b2é٣好'.\u00ad"),
).map("".join)
any_text = st.lists(characters | joined, max_size=24).map("".join)
batches = st.lists(any_text, max_size=16)
WORDS = [["a", "b", "1", "a1", "a'b", ".", "'", "一", "\ufffd", "é", "i̇", "1.1", "B"]]
VOCABULARY = Vocabulary(SPECIAL_TOKENS + CASE_TOKENS).extended(WORDS, 100)

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

# texts -> tokens of each, ids of each
Read = Callable[[list[str]], tuple[list[list[str]], list[list[int]]]]


@cache
def graph_reader(rule: TextRule) -> Read:
    graph = GraphText(rule, VOCABULARY)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
    def call(text: tf.Tensor) -> tuple[tf.Tensor, ...]:
        tokens = graph.tokenize(text)
        return tokens.flat_values, tokens.row_splits, *graph.encode(text)

    def read(texts: list[str]) -> tuple[list[list[str]], list[list[int]]]:
        plain = PlainText(rule)
        sent = tf.constant([plain.graph_input(text) for text in texts], tf.string)
        flat, splits, ids, lengths = (tensor.numpy() for tensor in call(sent))
        assert ids.shape == (len(texts), max([1, *lengths]))
        rows = list(zip(ids.tolist(), lengths, strict=True))
        assert not any(any(row[length:]) for row, length in rows)
        words = [token.decode() for token in flat]
        tokens = [words[start:end] for start, end in pairwise(splits)]
        return tokens, [row[:length] for row, length in rows]

    return read


def plain_reader(rule: TextRule, table: Table | None = None) -> Read:
    plain, encoder = PlainText(rule, table), Encoder(rule, VOCABULARY)

    def read(texts: list[str]) -> tuple[list[list[str]], list[list[int]]]:
        ids = [list(encoder.encode(text).ids) for text in texts]
        return [list(plain.tokenize(text).tokens) for text in texts], ids

    return read


@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("unit", ["word", "character"])
@unhurried
@given(texts=batches)
def test_every_text(unit: Unit, lowercase: bool, texts: list[str]) -> None:
    rule = TextRule(unit=unit, lowercase=lowercase)
    assert graph_reader(rule)(texts) == plain_reader(rule)(texts)


@pytest.mark.parametrize("truncate", ["head", "tail", "head+tail"])
@pytest.mark.parametrize("max_length", [1, 2, 3, 5])
@settings(unhurried, max_examples=25)
@given(texts=batches)
def test_every_truncation(truncate: Truncation, max_length: int, texts: list[str]) -> None:
    rule = TextRule(truncate=truncate, max_length=max_length)
    assert graph_reader(rule)(texts) == plain_reader(rule)(texts)


@settings(unhurried, max_examples=25)
@given(texts=batches)
def test_segmented_texts(texts: list[str]) -> None:
    rule = TextRule(segmenter="jieba")
    assert graph_reader(rule)(texts) == plain_reader(rule)(texts)


@pytest.mark.parametrize("max_length", [3, 400])
@pytest.mark.parametrize("lowercase", [True, False])
@pytest.mark.parametrize("unit", ["word", "character"])
@settings(unhurried, max_examples=50)
@given(texts=batches)
def test_every_case(unit: Unit, lowercase: bool, max_length: int, texts: list[str]) -> None:
    rule = TextRule(unit=unit, lowercase=lowercase, max_length=max_length, ids="token+case")
    assert graph_reader(rule)(texts) == plain_reader(rule)(texts)


@settings(unhurried, max_examples=25)
@given(texts=batches)
def test_every_case_of_segmented_texts(texts: list[str]) -> None:
    rule = TextRule(segmenter="jieba", ids="token+case")
    assert graph_reader(rule)(texts) == plain_reader(rule)(texts)


# Between the neighbours of the first line each class reads differently; the second tells forms apart.
@pytest.mark.parametrize(
    ("lowercase", "line"),
    [pytest.param(True, "a{0}1{0}2.{0} ", marks=pytest.mark.slow), (False, "{0} ")],
)
def test_every_code_point(lowercase: bool, line: str) -> None:
    whole = TextRule(lowercase=lowercase, max_length=10_000_000)
    graph, plain = graph_reader(whole), PlainText(whole)
    for first in range(0, CODE_POINTS, 0x10000):
        text = "".join([line.format(chr(code)) for code in range(first, first + 0x10000)])
        tokens, _ = graph([text])
        assert tokens[0] == list(plain.tokenize(text).tokens), f"plane of U+{first:04X}"


@pytest.mark.parametrize(
    ("code", "change"),
    [
        (0x3000, {"classes": "M"}),
        (0x00, {"classes": "I"}),
        (ord("é"), {"classes": "M"}),
        (ord("’"), {"classes": "M"}),
        (ord("."), {"classes": "W"}),
        (0x130, {"lowered": "İ"}),
        (0xD800, {"lowered": "?"}),
        (0xFE0F, {"classes": "S"}),
    ],
)
def test_one_wrong_code_point_is_noticed(code: int, change: dict[str, str]) -> None:
    table = load_table()
    ((name, value),) = change.items()
    whole = getattr(table, name)
    wrong = plain_reader(TextRule(), replace(table, **{name: whole[:code] + value + whole[code + 1 :]}))

    @settings(unhurried, max_examples=3000, derandomize=True, phases=[Phase.generate])
    @given(texts=batches)
    def compare(texts: list[str]) -> None:
        assert graph_reader(TextRule())(texts)[0] == wrong(texts)[0]

    with pytest.raises(AssertionError):
        compare()


def test_a_known_word_has_the_same_id_in_both() -> None:
    _, ids = graph_reader(TextRule())(["A'B Zog 一"])
    assert ids == [[VOCABULARY.id_of("a'b"), OTHER_ID, VOCABULARY.id_of("一")]]

"""The texts that a saved model offers to try it with."""

from training.data.rows import Rows
from training.examples import MOST_EXAMPLES, example_texts


def chosen(*rows: tuple[str, str], labels: tuple[str, ...] = ("no", "yes")) -> tuple[str, ...]:
    texts = tuple(text for text, _ in rows)
    data = Rows(texts, tuple(tuple(filter(None, label.split("|"))) for _, label in rows), (None,) * len(rows))
    return example_texts(data, [len(text.split()) for text in texts], labels)


def test_the_labels_take_turns_and_the_usual_length_comes_first() -> None:
    texts = chosen(("a", "yes"), ("a b c", "yes"), ("d e f", "no"), ("d e f g h i", "no"), ("b c d", "yes"))
    assert texts == ("d e f", "a b c", "d e f g h i", "b c d", "a")


def test_empty_and_very_long_texts_and_repetitions_are_left_out() -> None:
    texts = chosen(("", "no"), ("same", "no"), ("same", "no"), ("x" * 601, "yes"), (" good ", "yes"))
    assert texts == ("same", "good")


def test_there_are_few_even_of_many_labels() -> None:
    labels = tuple(f"l{n}" for n in range(20))
    texts = chosen(*((f"text {label}", label) for label in labels), labels=labels)
    assert texts == tuple(f"text l{n}" for n in range(MOST_EXAMPLES))


def test_a_text_of_several_labels_or_none_does_no_harm() -> None:
    assert chosen(("both words", "no|yes"), ("none here", "")) == ("both words",)
    assert chosen() == ()

"""What a run's rows become before they are shown."""

from models.text.spec import TextRule
from models.text.tags import Span
from training.data.tagged import TaggedRows
from training.data.tagged_dataset import TaggedDataset
from training.report.gather import _words_of
from training.report.gather_tagging import MOST_VALUES, common_values, tagged_rows, typed_rows
from training.review import by_words, conflicts, near_conflicts


def test_words_are_looked_up_where_ids_stand_for_letters() -> None:
    tokens, (first, second) = _words_of(TextRule(ids="letter-trigram"), ["Warm film", "a warm, warm film"])
    assert [tokens[n] for n in first.tolist()] == ["warm", "film"]
    # What stands in the texts once is no word of its own.
    assert [tokens[n] for n in second.tolist()] == ["[OTHER]", "warm", "[OTHER]", "warm", "film"]


def test_values_are_counted_whatever_their_case() -> None:
    cities = [f"City{n}" for n in range(MOST_VALUES + 5)]
    texts = ["Rome", "ROME", "Oslo", *cities]
    spans = [(Span(0, len(text), "city"),) for text in texts]
    found = common_values(TaggedRows(tuple(texts), tuple(spans), ("",) * len(texts)))
    assert found["city"][0] == ("Rome", 2)
    assert len(found["city"]) == MOST_VALUES


def test_equal_texts_with_other_entities_or_intents_are_conflicts() -> None:
    def part(*rows: tuple[str, tuple[Span, ...], str]) -> TaggedRows:
        return TaggedRows(*zip(*rows, strict=True))  # type: ignore[arg-type]

    whole, half = (Span(0, 8, "city"),), (Span(4, 8, "city"),)
    parts = {
        "train": part(("New York", whole, "go"), ("Rome", (Span(0, 4, "city"),), "go")),
        "dev": part(("new york", half, "go"), ("Rome!", (Span(0, 4, "city"),), "go")),
    }
    dataset = TaggedDataset(parts, ("city",), ("go",), {}, {}, (), "")
    (conflict,) = conflicts(by_words(tagged_rows(dataset)))
    assert conflict.labels == {"go; city: new york": 1, "go; city: york": 1}


def test_nearly_equal_texts_are_told_apart_by_intent_and_types_and_not_by_values() -> None:
    def part(text: str, *values: str, intent: str = "go", first: int) -> TaggedRows:
        spans = tuple(Span(text.index(value), text.index(value) + len(value), "city") for value in values)
        return TaggedRows((text,), (spans,), (intent,), (first,))

    one, other = (f"I would like to fly from Rome to {city} with my family soon" for city in ("Oslo", "Bern"))
    third = one.replace("soon", "now")
    parts = {
        "train": part(one, "Rome", "Oslo", first=12),
        "dev": part(other, "Rome", "Bern", first=7),
        "test": part(third, "Rome", first=3),
    }
    dataset = TaggedDataset(parts, ("city",), ("go",), {}, {}, (), "")
    (pair,) = near_conflicts(by_words(typed_rows(dataset)))
    assert [(row.part, row.number, row.label) for row in (pair.first, pair.second)] == [
        ("train", 12, "go; city, city"),
        ("test", 3, "go; city"),
    ]

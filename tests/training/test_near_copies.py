"""Near-copies with different labels: their similarity by hand, and the same pairs as by comparing all."""

import random
from itertools import combinations

import pytest

from training import near_copies as module
from training.near_copies import LEAST_SHARED, near_copies

SIX = "the parcel came on a monday"


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        # 4 and 5 runs of three words, 4 of them shared.
        (SIX, f"{SIX} morning", 4 / 5),
        (SIX, f"{SIX.upper()}, Morning!", 4 / 5),
        # 18 and 19 runs of three characters.
        ("一二三四五六七八九十甲乙丙丁戊己庚辛壬癸", "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子", 18 / 19),
    ],
)
def test_similarity_is_the_jaccard_of_runs_of_three(one: str, other: str, shared: float) -> None:
    assert near_copies([one, other], ["a", "b"]) == [(0, 1, pytest.approx(shared))]


@pytest.mark.parametrize(
    ("one", "other", "labels"),
    [
        (SIX, f"{SIX} morning", "aa"),
        (SIX, SIX.replace("came", "went"), "ab"),
        ("not bad", "bad", "ab"),
        ("", "  ", "ab"),
        ("这部电影很好看", "这部电影不好看", "ab"),
    ],
)
def test_texts_that_are_no_near_copies_or_have_one_label(one: str, other: str, labels: str) -> None:
    assert near_copies([one, other], list(labels)) == []


def test_the_last_word_of_one_text_is_no_run_with_the_first_of_the_next() -> None:
    assert near_copies(["a b", "c d e", "c d e f"], ["x", "y", "x"]) == []


def drawn(rows: int) -> tuple[list[str], list[str]]:
    draw = random.Random(3)
    texts: list[str] = []
    while len(texts) < rows:
        words = draw.choices("abcdefghijklmnop", k=draw.randint(3, 40))
        for _ in range(draw.randint(1, 4)):
            texts.append(" ".join(words))
            words[draw.randrange(len(words))] = draw.choice("xyz")
    return texts, draw.choices("pqr", k=len(texts))


def by_hand(texts: list[str], labels: list[str]) -> dict[tuple[int, int], float]:
    runs = [{tuple(words[n : n + 3]) for n in range(len(words) - 2)} for words in map(str.split, texts)]
    shared = {
        (i, j): len(runs[i] & runs[j]) / len(runs[i] | runs[j])
        for i, j in combinations(range(len(texts)), 2)
        if labels[i] != labels[j]
    }
    return {pair: value for pair, value in shared.items() if value >= LEAST_SHARED}


def test_all_pairs_are_found_the_most_alike_first() -> None:
    texts, labels = drawn(400)
    found = near_copies(texts, labels)
    expected = by_hand(texts, labels)
    assert len(expected) > 20
    assert {(i, j): value for i, j, value in found} == pytest.approx(expected)
    assert [value for *_, value in found] == sorted((value for *_, value in found), reverse=True)
    assert near_copies(texts, labels) == found


def test_many_texts_of_one_template_are_compared_with_other_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    template = " ".join(f"w{n}" for n in range(30))
    texts = [f"{template} {n}" for n in range(400)]
    monkeypatch.setattr(module, "_NEXT", 4)
    # All of one label stand before all of the other, as in many files.
    found = near_copies(texts, ["a"] * 200 + ["b"] * 200)
    assert {place for i, j, _ in found for place in (i, j)} == set(range(400))
    assert len(found) < 4 * 400

import os
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.rows import Rows
from training.data.equal_texts import same_text
from training.data.split import split_rows


def rows_of(pairs):
    texts, labels = zip(*pairs, strict=True)
    return Rows(tuple(texts), tuple((label,) for label in labels), (None,) * len(texts))


def balanced(count):
    return rows_of([(f"text number {i}", "ab"[i % 2]) for i in range(count)])


some_text = st.sampled_from(["a", "b ", " b", "c  d", "c d"]) | st.text(max_size=3)
pairs = st.lists(st.tuples(some_text, st.sampled_from("xyz")), min_size=1, max_size=40)


@given(pairs, st.integers(0, 3))
def test_every_row_is_in_one_part_and_equal_texts_in_the_same(given_rows, seed):
    rows = rows_of(given_rows)
    parts = split_rows(rows, [0.3, 0.2], seed)
    assert sorted(index for part in parts for index in part) == list(range(len(rows)))
    home = {}
    for number, part in enumerate(parts):
        assert part == sorted(part)
        for index in part:
            assert home.setdefault(same_text(rows.texts[index]), number) == number


@given(pairs, st.integers(0, 3))
def test_parts_are_never_larger_than_their_shares(given_rows, seed):
    rows = rows_of(given_rows)
    _, *parts = split_rows(rows, [0.3, 0.2], seed)
    for part, share in zip(parts, [0.3, 0.2], strict=True):
        assert len(part) <= share * len(rows) + 1


def test_equal_texts_with_other_labels_stay_together():
    rows = rows_of([("same  text", "a"), ("same text ", "b")] * 10 + [(f"{i}", "a") for i in range(80)])
    for seed in range(20):
        parts = split_rows(rows, [0.5], seed)
        assert [sum(index < 20 for index in part) for part in parts] in ([20, 0], [0, 20])


@given(pairs, st.integers(0, 3))
def test_drawn_apart_every_row_is_in_one_part_and_every_label_stays(given_rows, seed):
    rows = rows_of(given_rows)
    stays, *parts = split_rows(rows, [0.3, 0.2], seed, apart=True)
    assert sorted(index for part in (stays, *parts) for index in part) == list(range(len(rows)))
    assert {rows.labels[index] for index in stays} == set(rows.labels)
    for part, share in zip(parts, [0.3, 0.2], strict=True):
        assert len(part) <= share * len(rows) + 1


def test_drawn_apart_equal_texts_part_as_often_as_chance_has_it():
    same = [("same text", "a"), ("same  text", "b")] * 100
    rows = rows_of(same + [(f"{i}", "ab"[i % 2]) for i in range(200)])
    _, dev = split_rows(rows, [0.2], 1, apart=True)
    assert len(dev) == 80
    assert 25 <= sum(index < 200 for index in dev) <= 55
    turned = rows.take(range(399, -1, -1))
    _, other = split_rows(turned, [0.2], 1, apart=True)
    # Which of two equal rows is taken is all that the order of the file decides.
    assert Counter((turned.texts[i], turned.labels[i]) for i in other) == Counter(
        (rows.texts[i], rows.labels[i]) for i in dev
    )


def test_every_label_has_its_share_in_every_part():
    rows = rows_of([(f"text {i}", "rare" if i % 10 == 0 else "common") for i in range(1000)])
    stays, dev, test = split_rows(rows, [0.1, 0.2], 1)
    counts = [Counter(rows.labels[i][0] for i in part) for part in (stays, dev, test)]
    assert counts == [
        {"common": 630, "rare": 70},
        {"common": 90, "rare": 10},
        {"common": 180, "rare": 20},
    ]


def test_a_label_of_one_row_stays_in_train_and_takes_no_row_from_the_others():
    singles = [(f"single {i}", f"a{i:03d}") for i in range(200)]
    rows = rows_of(singles + [(f"text {i}", "z") for i in range(100)])
    stays, dev = split_rows(rows, [0.1], 1)
    assert {rows.labels[i][0] for i in dev} == {"z"}
    assert len(dev) == 10
    assert len(stays) == 290


def test_several_labels_are_drawn_under_their_rarest():
    common, both = ("common",), ("common", "rare")
    labels = tuple(both if i % 10 == 0 else common for i in range(200))
    rows = Rows(tuple(f"text {i}" for i in range(200)), labels, (None,) * 200)
    _, dev = split_rows(rows, [0.2], 1)
    assert sum(rows.labels[i] == both for i in dev) == 4


def test_seeds_differ_and_a_seed_repeats():
    rows = balanced(200)
    assert split_rows(rows, [0.2], 1) == split_rows(rows, [0.2], 1)
    assert split_rows(rows, [0.2], 1) != split_rows(rows, [0.2], 2)


def test_the_order_of_the_file_does_not_matter():
    rows = balanced(200)
    turned = rows.take(range(199, -1, -1))
    texts = {rows.texts[i] for i in split_rows(rows, [0.2], 1)[1]}
    assert {turned.texts[i] for i in split_rows(turned, [0.2], 1)[1]} == texts


def test_rows_that_are_added_move_few_of_the_others():
    before, after = balanced(1000), balanced(1020)
    was = {before.texts[i] for i in split_rows(before, [0.2], 1)[1]}
    now = {after.texts[i] for i in split_rows(after, [0.2], 1)[1]}
    assert len(was - now) <= 10


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_another_process_splits_alike(hash_seed):
    code = (
        "from training.data.rows import Rows\nfrom training.data.split import split_rows\n"
        "texts = tuple(f'text number {i}' for i in range(50)) + ('\\ud800',)\n"
        "labels = tuple(('ab'[i % 2],) for i in range(51))\n"
        "print(split_rows(Rows(texts, labels, (None,) * 51), [0.2], 7)[1])"
    )
    environment = os.environ | {"PYTHONHASHSEED": hash_seed}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[5, 10, 11, 18, 21, 30, 33, 35, 38, 50]"

from typing import Any

import numpy as np
import pytest

from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary
from training.config import Config, TextConfig
from training.data.dataset import Dataset
from training.data.rows import Rows
from training.encode import EncodedTexts, data_reference, encode_parts, golden_texts, text_rule
from training.vectors.unlabelled import UnlabelledTokens


def rows(*pairs: tuple[str, str]) -> Rows:
    return Rows(tuple(text for text, _ in pairs), tuple((label,) for _, label in pairs), (None,) * len(pairs))


def dataset(train: Rows, dev: Rows) -> Dataset:
    return Dataset(train, dev, None, ("no", "yes"), {"train: no text": 2}, (), "f" * 64)


TRAIN = rows(("the cat sat", "no"), ("the cat", "no"), ("the", "yes"), ("", "yes"))
DEV = rows(("the dog and the cat", "no"))
CONFIG = TextConfig(vocabulary_size=4, min_count=1, max_length=2, truncate="head")


def run_of(text: TextConfig, **values: Any) -> Config:
    return Config.model_validate({"name": "a", "data": {"train": "a.csv"}, "text": text, **values})


def encoded_of(
    data: Dataset, config: TextConfig = CONFIG, vocabulary: Vocabulary | None = None, **values: Any
) -> tuple[Vocabulary, dict[str, EncodedTexts]]:
    run = run_of(config, **values)
    rule = text_rule(run)
    return encode_parts(data, rule, config, vocabulary, UnlabelledTokens(run, data, rule))


def test_a_config_s_text_section_is_the_rule() -> None:
    text = TextConfig(unit="character", lowercase=False, max_length=7, truncate="tail")
    assert text_rule(run_of(text)) == TextRule("character", False, 7, "tail", None)


@pytest.mark.parametrize(
    ("model", "task", "ids"),
    [
        ({}, "classification", "token"),
        ({"capitalisation": True}, "classification", "token+case"),
        ({"capitalisation": True}, "multilabel", "token+case"),
        ({"capitalisation": True}, "tagging", "token"),  # told beside the ids
        ({"input": "letter-trigram"}, "classification", "letter-trigram"),
    ],
)
def test_what_ids_stand_for(model: dict[str, Any], task: str, ids: str) -> None:
    assert text_rule(run_of(CONFIG, model=model, task=task)).ids == ids


def test_cases_are_ids_of_their_own_and_no_words() -> None:
    data = dataset(rows(("The CAT sat", "no"), ("the", "yes")), rows(("the Dog iPod", "no")))
    config = TextConfig(vocabulary_size=7, min_count=1, max_length=2, truncate="head")
    vocabulary, encoded = encoded_of(data, config, model={"capitalisation": True})
    assert vocabulary.tokens == ("[PAD]", "[OTHER]", "[Aa]", "[AA]", "[aA]", "the", "cat")
    assert [row.tolist() for row in encoded["train"].ids] == [[2, 5, 3, 6], [5]]
    assert [row.tolist() for row in encoded["dev"].ids] == [[5, 2, 1]]
    assert (encoded["train"].lengths.tolist(), encoded["train"].read.tolist()) == ([3, 1], [2, 1])
    assert encoded["dev"].unknown.tolist() == [0.5]


def test_the_vocabulary_knows_what_the_network_reads_of_train_and_nothing_of_dev() -> None:
    vocabulary, encoded = encoded_of(dataset(TRAIN, DEV))
    assert vocabulary.tokens == ("[PAD]", "[OTHER]", "the", "cat")
    assert [row.tolist() for row in encoded["train"].ids] == [[2, 3], [2, 3], [2], []]
    assert [row.tolist() for row in encoded["dev"].ids] == [[2, 1]]
    assert all(row.dtype == np.int32 for row in encoded["train"].ids)


def test_lengths_are_counted_before_truncation() -> None:
    _, encoded = encoded_of(dataset(TRAIN, DEV))
    assert encoded["train"].lengths.tolist() == [3, 2, 1, 0]
    assert encoded["dev"].lengths.tolist() == [5]
    assert encoded["dev"].unknown.tolist() == [0.5]
    assert encoded["train"].unknown.tolist() == [0.0] * 4


def test_a_given_vocabulary_is_not_fitted_anew() -> None:
    given = Vocabulary(("[PAD]", "[OTHER]", "dog"))
    vocabulary, encoded = encoded_of(dataset(TRAIN, DEV), vocabulary=given)
    assert vocabulary is given
    assert encoded["dev"].ids[0].tolist() == [1, 2]


def test_what_the_training_data_looked_like_is_remembered() -> None:
    data = dataset(TRAIN, DEV)
    _, encoded = encoded_of(data, TextConfig(vocabulary_size=3, max_length=2, truncate="head"))
    reference = data_reference(data, encoded)
    assert reference.rows == {"train": 4, "dev": 1}
    assert reference.skipped == {"train: no text": 2}
    assert reference.label_share == {"no": 0.5, "yes": 0.5}
    assert reference.length_quantiles["0.5"] == 1.5
    assert reference.length_quantiles["1"] == 3.0
    assert reference.unknown_rate == pytest.approx(2 / 5)  # "cat" twice, of the five tokens read
    assert reference.truncated_rate == 0.25


def test_golden_texts_are_of_all_lengths_with_an_empty_one_and_one_of_many_scripts() -> None:
    texts = [" ".join(["word"] * n) for n in (5, 1, 9, 3, 7, 2, 8, 4, 6, 10)]
    golden = golden_texts(rows(*((text, "no") for text in texts)), [len(text.split()) for text in texts])
    lengths = [len(text.split()) for text in golden[:8]]
    assert lengths == sorted(lengths)
    assert (lengths[0], lengths[-1]) == (1, 10)
    assert golden[8] == ""
    assert any(ord(character) > 0xFFFF for character in golden[9])
    assert len(golden) == 10


def test_one_dev_row_gives_golden_texts_too() -> None:
    assert golden_texts(DEV, [5])[:8] == DEV.texts * 8

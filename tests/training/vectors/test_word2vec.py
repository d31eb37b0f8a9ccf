from itertools import product

import numpy as np
import pytest

from models.errors import DataError
from models.text.vocabulary import Vocabulary
from training.vectors.likeness import Likeness
from training.vectors.start import centred
from training.vectors.word2vec import Method, Word2Vec

METHOD = Word2Vec(size=8, seed=3, window=3, epochs=20)


def texts(count: int = 150) -> list[np.ndarray]:
    """Tokens 2 to 4 stand together, and 5 to 7 do; 8 stands nowhere."""
    random = np.random.default_rng(0)
    return [random.integers(2, 5, 12, dtype=np.int32) + np.int32(3 * (number % 2)) for number in range(count)]


def test_words_of_like_company_get_like_vectors() -> None:
    table = METHOD.fit(texts(), 9)
    unit = table[2:8] / np.linalg.norm(table[2:8], axis=1, keepdims=True)
    likeness = unit @ unit.T
    assert likeness[:3, :3].min() > likeness[:3, 3:].max() + 0.2
    assert likeness[3:, 3:].min() > likeness[:3, 3:].max() + 0.2


def test_one_seed_gives_the_same_vectors_again_and_another_others() -> None:
    first = METHOD.fit(texts(20), 9)
    np.testing.assert_array_equal(METHOD.fit(texts(20), 9), first)
    assert not np.array_equal(Word2Vec(8, 4, 3, 5, 20).fit(texts(20), 9), first)


def test_ids_without_a_text_and_padding_have_no_vector() -> None:
    padded = [np.append(row, np.int32(0)) for row in texts(20)]
    table = METHOD.fit(padded, 9)
    assert table.shape == (9, 8)
    assert np.flatnonzero(~table.any(axis=1)).tolist() == [0, 1, 8]


def test_texts_without_a_token_are_refused() -> None:
    with pytest.raises(DataError, match="the texts hold no token"):
        METHOD.fit([np.zeros(0, np.int32)], 9)


def test_advice_of_the_library_is_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    METHOD.fit(texts(3), 9)
    assert capfd.readouterr() == ("", "")


@pytest.mark.lecture
@pytest.mark.parametrize("method", ["skip-gram", "cbow"])
def test_the_lecture_s_two_fruits_are_neighbours(method: Method) -> None:
    """橘子 and 橙子 stand in the same sentences, never together; vectors as a network gets them."""
    fruit, stone = product("喝买", ["橘子", "橙子"], "汁酱"), product("搬堆", ["石头", "砖头"], "墙路")
    texts = [["我", *rest] for rest in (*fruit, *stone)] * 60
    vocabulary = Vocabulary.fit(texts, 50)
    ids = [np.array([vocabulary.ids[word] for word in text], np.int32) for text in texts]
    table = Word2Vec(size=8, seed=1, method=method, window=2, epochs=150).fit(ids, len(vocabulary))
    likeness = Likeness(vocabulary, centred(table))
    cosines = dict(likeness.neighbours("橘子", len(vocabulary)))
    assert cosines["橙子"] > 0.9
    assert max(cosines["石头"], cosines["砖头"]) < cosines["橙子"] - 0.2

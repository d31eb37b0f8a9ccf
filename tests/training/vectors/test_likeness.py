import numpy as np
import pytest

from models.errors import InputError
from models.text.vocabulary import Vocabulary
from training.vectors.likeness import Likeness

WORDS = ("man", "woman", "king", "queen", "table", "unseen")
TABLE = np.array(
    [[0, 0, 0], [0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 0, 1], [1.1, 1, 1], [-1, 0, 0.1], [0, 0, 0]], np.float32
)
LIKENESS = Likeness(Vocabulary(("[PAD]", "[OTHER]", *WORDS)), TABLE)


def test_neighbours_are_by_cosine_and_never_the_word_itself() -> None:
    found = LIKENESS.neighbours("king")
    assert [word for word, _ in found] == ["queen", "man", "woman", "table"]
    assert found[1][1] == pytest.approx(1 / np.sqrt(2), rel=1e-5)
    assert len(LIKENESS.neighbours("king", 2)) == 2


def test_man_is_to_woman_as_king_is_to_queen() -> None:
    assert LIKENESS.analogy("man", "woman", "king")[0][0] == "queen"


@pytest.mark.parametrize("word", ["unseen", "zebra"])
def test_a_word_without_a_vector_is_refused(word: str) -> None:
    assert not LIKENESS.knows(["man", word])
    with pytest.raises(InputError, match=f"The word '{word}' has no vector"):
        LIKENESS.neighbours(word)

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.errors import ConfigError, DataError
from models.text.spec import TextRule
from models.text.vocabulary import Vocabulary
from training.config_file import load_config
from training.network import start_network
from training.progress import PlainReporter
from training.run import prepare
from training.vectors.file import FoundVectors, read_vectors

RULE = TextRule()
VOCABULARY = Vocabulary.fit([["good", "bad", "好", "paris", "nowhere"]], 100)
WORDS = {"good": [1.5, -2.0, 0.25], "好": [3.0, 4.0, 5.0], "Paris": [7.0, 8.0, 9.0], "other": [0.0, 1.0, 2.0]}
LINES = "".join(f"{word} {' '.join(map(str, vector))}\n" for word, vector in WORDS.items())
BINARY = b"4 3\n" + b"".join(
    word.encode() + b" " + np.array(vector, "<f4").tobytes() + b"\n" for word, vector in WORDS.items()
)


def read(path: Path, content: bytes, size: int = 3, rule: TextRule = RULE) -> FoundVectors:
    path.write_bytes(content)
    return read_vectors(path, size, VOCABULARY, rule)


@pytest.mark.parametrize(
    "content",
    [
        LINES.encode(),
        f"4 3\n{LINES}".encode(),
        BINARY,
        BINARY.replace(b"\n", b"").replace(b"4 3", b"4 3\n", 1),
        LINES.encode("utf-8-sig"),
        f"4 3\n{LINES}".encode("utf-8-sig"),
        f"4 3\n{LINES}".replace("\n", "\r\n").encode(),
    ],
    ids=[
        "GloVe",
        "word2vec text and fastText",
        "word2vec binary",
        "binary without line ends",
        "GloVe behind a byte order mark",
        "text behind a byte order mark",
        "text of Windows",
    ],
)
def test_every_kind_of_file_gives_the_vectors_of_the_known_words(tmp_path: Path, content: bytes) -> None:
    found = read(tmp_path / "v.txt", content)
    assert (found.words, found.in_file) == (3, 4)
    expected = {"good": WORDS["good"], "好": WORDS["好"], "paris": WORDS["Paris"]}
    for word, token_id in VOCABULARY.ids.items():
        np.testing.assert_array_equal(found.table[token_id], expected.get(word, [0, 0, 0]))
    assert not found.table[:2].any()


def test_files_may_be_compressed_and_words_may_hold_spaces(tmp_path: Path) -> None:
    found = read(tmp_path / "v.gz", gzip.compress(LINES.encode() + b". . good 1 1 1\n"))
    assert (found.words, found.in_file) == (3, 5)


def test_a_word_as_it_is_written_goes_before_a_folded_one(tmp_path: Path) -> None:
    for lines in ("Good 9 9 9\ngood 1 2 3\nGOOD 8 8 8\n", "good 1 2 3\nGood 9 9 9\n"):
        found = read(tmp_path / "v.txt", lines.encode())
        assert found.table[VOCABULARY.id_of("good")].tolist() == [1, 2, 3]
    kept = read(tmp_path / "v.txt", LINES.encode(), rule=TextRule(lowercase=False))
    assert kept.words == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty; word vectors are read as word2vec, GloVe and fastText write them."),
        (b"\n", "is empty; "),
        (b"0 3\n", "holds no word; "),
        (
            LINES.encode() + b"bad 1 2\n",
            'line 5: not a word and 3 finite numbers, separated by spaces, but "bad 1 2"',
        ),
        (LINES.encode() + b"bad 1 2 x\n", 'but "bad 1 2 x"; word vectors are read as'),
        (LINES.encode() + b"bad 1 2 1e39\n", "line 5: not a word and 3 finite numbers"),
        (LINES.encode() + b"bad " + b"1 " * 999 + b"x\n", '1 1 ..."; word vectors'),
        (LINES.encode() + b"bad 1 2 nan\n", "line 5: not a word and 3 finite numbers"),
        ("gut 1 2 3\nschön 1 2 3\n".encode("latin-1"), "line 2: not UTF-8 (byte 3)"),
        (LINES.encode("utf-16"), "line 1: not UTF-8"),
        (BINARY[:-10], "ends after 3 of its 4 word vectors; use a whole file"),
        (f"5 3\n{LINES}".encode(), "ends after 4 of its 5 word vectors; use a whole file"),
        (b"4 3\n", "ends after 0 of its 4 word vectors"),
        (BINARY.replace(np.float32(-2.0).tobytes(), np.float32(np.inf).tobytes()), "word 1: its vector"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path / "v.txt", content)
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("content", [LINES.encode(), f"4 3\n{LINES}".encode(), BINARY])
def test_another_size_is_refused_with_the_one_to_use(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ConfigError, match=r"use model\.embedding_size = 3\."):
        read(tmp_path / "v.txt", content, size=4)


def test_vectors_of_no_known_word_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="none of its 1 words"):
        read(tmp_path / "v.txt", b"zebra 1 2 3\n")
    with pytest.raises(DataError, match="There is no file of word vectors"):
        read_vectors(tmp_path / "none", 3, VOCABULARY, TextRule())


def test_a_network_starts_with_the_vectors_of_a_file(
    write_config: Callable[[Path], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_config(tmp_path)
    (tmp_path / "v.vec").write_text("3 6\ngood 1 2 3 4 5 6\nbad 6 5 4 3 2 1\nzebra 1 1 1 1 1 1\n")
    run = prepare(load_config(path, ["model.vectors=v.vec"]), PlainReporter())
    assert run.vectors is not None
    known = len(run.vocabulary.ids)
    assert f"v.vec has 2 of the {known} known words ({2 / known:.1%})" in capsys.readouterr().err
    assert run.vectors.as_dict()["coverage"] == pytest.approx(2 / known)
    table = np.asarray(start_network(run, 3).get_layer("embedding").embeddings.value)
    good, bad = table[run.vocabulary.id_of("good")], table[run.vocabulary.id_of("bad")]
    # The file's vectors around their mean, at the length that all start with.
    np.testing.assert_allclose(good / good[0], [1.0, 0.6, 0.2, -0.2, -0.6, -1.0], rtol=1e-5)
    np.testing.assert_allclose(good, -bad, rtol=1e-5)

"""Word vectors from a file, as word2vec, GloVe and fastText write them.

word2vec writes a line with the number of words and of their numbers, then the words with their numbers as
text or as 32-bit floats; fastText's ``.vec`` is its text form, GloVe's the same without the first line. Only
the vectors of known words are kept, so a file may be larger than memory. It may be compressed (``.gz``).
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from textwrap import shorten

import numpy as np
import numpy.typing as npt

from models.errors import ConfigError, DataError
from models.text.spec import TextRule
from models.text.table import load_table
from models.text.vocabulary import Vocabulary

Floats = npt.NDArray[np.float32]
_HEADER = re.compile(rb"\s*([0-9]+)[ \t]+([0-9]+)\s*")
_LONGEST_WORD = 10_000
_FLOAT = 4
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_KINDS = "word vectors are read as word2vec, GloVe and fastText write them"


@dataclass(frozen=True, slots=True)
class FoundVectors:
    """What a file knows of a vocabulary.

    Attributes:
        table: float32 [ids, size]; rows of words that the file lacks are 0.
        words: how many words of the vocabulary the file has.
        in_file: how many words the file has.
    """

    table: Floats
    words: int
    in_file: int


def read_vectors(path: Path, size: int, vocabulary: Vocabulary, rule: TextRule) -> FoundVectors:
    """Reads the vectors of the known words.

    A word of the file is looked up as it is written, and where that is not known, with its letters folded as
    the rule folds them ("Paris" for "paris").

    Args:
        path: the file.
        size: numbers that a vector must have.
        vocabulary: the known words.
        rule: how texts are read.

    Raises:
        DataError: the file cannot be read, is empty, or is none of these kinds of file.
        ConfigError: its vectors are of another size, or none is of a known word.
    """
    forms = load_table().lowered if rule.lowercase else load_table().folded
    table, exact, found, in_file = np.zeros((len(vocabulary), size), np.float32), set(), set(), 0
    for word, vector in _vectors(path, size):
        in_file += 1
        token_id = vocabulary.ids.get(word)
        if token_id is not None and token_id not in exact:
            exact.add(token_id)
        elif token_id is None:
            token_id = vocabulary.ids.get(word.translate(forms))
            if token_id is None or token_id in found:
                continue
        else:
            continue
        found.add(token_id)
        table[token_id] = vector
    if not found:
        raise ConfigError(
            f"{path}: none of its {in_file:,} words is one of the {len(vocabulary.ids):,} words of the "
            'training texts; use vectors of the same language and unit, or model.vectors = "none".'
        )
    return FoundVectors(table, len(found), in_file)


def _vectors(path: Path, size: int) -> Iterator[tuple[str, Floats]]:
    try:
        file: BufferedIOBase
        with gzip.GzipFile(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield from _of_file(path, file, size)
    except FileNotFoundError:
        raise DataError(f"There is no file of word vectors {path}.") from None
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"The word vectors {path} cannot be read: {reason}.") from error


def _of_file(path: Path, file: BufferedIOBase, size: int) -> Iterator[tuple[str, Floats]]:
    first = file.readline(_LONGEST_WORD + 30 * size).removeprefix(_BYTE_ORDER_MARK)
    if not first.strip():
        raise DataError(f"The file of word vectors {path} is empty; {_KINDS}.")
    header = _HEADER.fullmatch(first)
    if not header:
        yield _text_line(path, first, 1, size)
        yield from _text(path, file, size, begin=2)
        return
    count, width = map(int, header.groups())
    _check_size(path, width, size)
    if not count:
        raise DataError(f"The file of word vectors {path} holds no word; {_KINDS}.")
    line = file.readline(_LONGEST_WORD + 30 * size)
    if not line:
        raise _ends_early(path, 0, count)
    try:
        second = _text_line(path, line, 2, size)
    except DataError as not_text:
        yield from _binary(path, file, line, count, size, not_text)
        return
    yield second
    found = 1
    for vector in _text(path, file, size, begin=3):
        found += 1
        yield vector
    if found < count:
        raise _ends_early(path, found, count)


def _text(path: Path, file: BufferedIOBase, size: int, begin: int) -> Iterator[tuple[str, Floats]]:
    for number, line in enumerate(file, start=begin):
        if line.strip():
            yield _text_line(path, line, number, size)


def _text_line(path: Path, line: bytes, number: int, size: int) -> tuple[str, Floats]:
    """A word, which may hold spaces, and the numbers behind it."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}, line {number}: not UTF-8 (byte {error.start}); {_KINDS}, in UTF-8."
        ) from None
    parts = text.rstrip().split(" ")
    if number == 1 and len(parts) > 2 and all(map(_is_number, parts[1:])):
        _check_size(path, len(parts) - 1, size)
    try:
        # What is too large for a float becomes infinite, and is refused below.
        with np.errstate(over="ignore"):
            vector = np.array(parts[-size:], np.float32)
    except ValueError:
        vector = np.zeros(0, np.float32)
    if len(parts) <= size or len(vector) != size or not np.isfinite(vector).all():
        shown = json.dumps(shorten(text, 60, placeholder=" ..."), ensure_ascii=False)
        raise DataError(
            f"{path}, line {number}: not a word and {size} finite numbers, separated by spaces, but {shown}; "
            f"{_KINDS}."
        )
    return " ".join(parts[:-size]), vector


def _binary(
    path: Path, file: BufferedIOBase, begun: bytes, count: int, size: int, not_text: DataError
) -> Iterator[tuple[str, Floats]]:
    """Words, each up to a space, with ``size`` floats behind it."""
    buffer, at, length = begun, 0, _FLOAT * size
    for number in range(1, count + 1):
        while (end := buffer.find(b" ", at)) < 0 or len(buffer) < end + 1 + length:
            more = file.read(1 << 20)
            if not more:
                if number == 1:
                    raise not_text
                raise _ends_early(path, number - 1, count)
            buffer, at = buffer[at:] + more, 0
        vector = np.frombuffer(buffer, "<f4", size, end + 1)
        try:
            word = buffer[at:end].lstrip(b"\n").decode("utf-8")
        except UnicodeDecodeError:
            raise DataError(
                f"{path}, word {number}: not UTF-8, neither as text nor in binary form."
            ) from None
        if not np.isfinite(vector).all():
            raise DataError(f"{path}, word {number}: its vector is not made of {size} finite numbers.")
        yield word, vector
        at = end + 1 + length


def _ends_early(path: Path, found: int, count: int) -> DataError:
    return DataError(
        f"{path} ends after {found:,} of its {count:,} word vectors; use a whole file, or correct the number "
        "in its first line."
    )


def _check_size(path: Path, found: int, wanted: int) -> None:
    if found != wanted:
        raise ConfigError(
            f"{path} has vectors of {found} numbers, but model.embedding_size = {wanted}; use "
            f"model.embedding_size = {found}."
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

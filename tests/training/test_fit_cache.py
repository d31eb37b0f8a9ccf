"""Names of fitted models, and files that several runs write at once."""

import io
import stat
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.text.spec import TextRule
from training.fit_cache import FitCache, fit_key


def ids(*texts: list[int]) -> list[np.ndarray]:
    return [np.array(text, np.int32) for text in texts]


def key(inputs: object, code: Sequence[Path] = (), libraries: Sequence[str] = ()) -> str:
    return fit_key("it", inputs, code=code, libraries=libraries)


def test_what_a_fit_is_given_and_where_it_ends_make_its_name() -> None:
    inputs = [
        [{"size": 4}, ids([1, 2], [3])],
        [{"size": 4}, ids([1], [2, 3])],
        [{"size": 4}, ids([1, 2], [4])],
        [{"size": 4}, ids([1, 2], [3], [])],
        [{"size": 5}, ids([1, 2], [3])],
        [{"size": 4.0}, ids([1, 2], [3])],
        [{"size": "4"}, ids([1, 2], [3])],
        [{"size": None}, ids([1, 2], [3])],
        [{"size": True}, ids([1, 2], [3])],
        [{"size": 1}, ids([1, 2], [3])],
        np.zeros(4, np.float32),
        np.zeros((2, 2), np.float32),
        np.zeros((2, 2), np.int32),
        [],
        [[]],
        ["ab", "c"],
        ["a", "bc"],
        ["abc"],
        ("a", "b", "c"),
        ["\ud800"],
        TextRule(),
        TextRule(truncate="tail"),
    ]
    found = [key(each) for each in inputs]
    assert len(set(found)) == len(inputs)
    assert [key(each) for each in inputs] == found
    assert key({"a": 1, "b": 2}) == key({"b": 2, "a": 1})
    with pytest.raises(TypeError, match="object is no input of a fit"):
        key(object())


def test_code_and_versions_of_libraries_make_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text("C = 1\n")
    other.write_text("C = 2\n")
    assert len({key(1), key(1, [one]), key(1, [other]), key(1, [one, other])}) == 4
    before = key(1, [one], ["numpy"])
    assert before == key(1, [one], ["numpy"])
    monkeypatch.setattr("training.fit_cache.version", lambda name: "99")
    assert before != key(1, [one], ["numpy"])


def test_a_file_damaged_anywhere_is_none_or_whole(tmp_path: Path) -> None:
    def write(values: np.ndarray) -> bytes:
        file = io.BytesIO()
        np.savez(file, values=values)
        return file.getvalue()

    def read(content: bytes) -> np.ndarray:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return np.array(file["values"])

    cache, values = FitCache(tmp_path, read, write), np.arange(20.0)
    cache.store("key", values)
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    flipped = [content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :] for at in range(len(content))]
    for damaged in [*flipped, *(content[:end] for end in range(0, len(content), 7))]:
        path.write_bytes(damaged)
        found = cache.load("key")
        assert found is None or np.array_equal(found, values)


def store(folder: Path, writer: int) -> int:
    """Stores and reads one key again and again; counts how often what was read was no whole file."""
    cache = FitCache(folder, lambda content: content, lambda content: content)
    broken = 0
    for _ in range(100):
        cache.store("key", bytes([writer]) * 100_000)
        found = cache.load("key")
        broken += found is None or len(found) != 100_000 or len(set(found)) != 1
    return broken


def test_several_processes_may_write_one_key_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        assert list(pool.map(store, [tmp_path] * 3, range(3))) == [0, 0, 0]
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644, "others who share the folder read it too"

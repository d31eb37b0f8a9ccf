import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import ConfigError
from models.text.plain import PlainText
from models.text.segment import load_segmenter
from models.text.spec import TextRule

RULE = TextRule(segmenter="jieba")


def test_words_and_places() -> None:
    got = PlainText(RULE).tokenize("这家酒店很差，don't go 8/10")
    assert got.tokens == ("这家", "酒店", "很差", ",", "don't", "go", "8/10")
    assert got.spans == ((0, 2), (2, 4), (4, 6), (6, 7), (7, 12), (13, 15), (16, 20))


def test_places_with_ignored_characters_and_surrogates() -> None:
    got = PlainText(RULE).tokenize("\ufeff酒\u200d店\ud800很好")
    assert list(zip(got.tokens, got.spans, strict=True)) == [
        ("酒店", (1, 4)),
        ("\ufffd", (4, 5)),
        ("很", (5, 6)),
        ("好", (6, 7)),
    ]


def test_input_of_the_graph_is_spaced() -> None:
    assert PlainText(RULE).graph_input("这家酒店T恤 a.b\ud800") == "这家 酒店 T恤 a.b\ufffd"


def test_without_a_segmenter_the_graph_gets_the_text() -> None:
    assert PlainText(TextRule()).graph_input("这家\u00ad\ud800") == "这家\u00ad\ufffd"


def test_loading_says_nothing_and_writes_nothing(tmp_path: Path) -> None:
    program = "from models.text.segment import load_segmenter; print(*load_segmenter('jieba')('酒店很好'))"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    assert (ran.stdout, ran.stderr) == ("酒店 很 好\n", "")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jieba", None)
    load_segmenter.cache_clear()
    with pytest.raises(ConfigError, match="needs the package jieba, which is not installed"):
        PlainText(RULE)

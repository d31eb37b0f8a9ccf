import unicodedata

import pytest

from models.errors import EngramError
from models.text import make_table
from models.text.table import CODE_POINTS, PATH, CodeClass, load_table, table_hash


def test_hash_is_the_one_saved_models_were_made_with() -> None:
    # Another table reads texts otherwise: change this line only together with a line in the changelog.
    assert table_hash() == "1aa37207593be1fcfa3e400d930ffc574dd935b7ccc71780b34eb0e2c55d55a6"


@pytest.mark.skipif(
    unicodedata.unidata_version != make_table.UNICODE_VERSION, reason="the table is made with another Python"
)
def test_file_is_what_make_table_writes() -> None:
    assert PATH.read_text(encoding="ascii") == make_table.table_text()


def test_another_unicode_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_table.unicodedata, "unidata_version", "99.0.0")
    with pytest.raises(EngramError, match=r"14\.0\.0, this Python has 99\.0\.0"):
        make_table.table_text()


def test_every_code_point_has_a_class_and_forms() -> None:
    table = load_table()
    assert len(table.classes) == len(table.folded) == len(table.lowered) == CODE_POINTS
    assert set(table.classes) == set(CodeClass)


def test_folding_twice_changes_nothing() -> None:
    table = load_table()
    assert table.folded.translate(table.folded) == table.folded
    assert table.lowered.translate(table.lowered) == table.lowered
    assert table.folded.translate(table.lowered) == table.lowered


def test_folding_keeps_the_class() -> None:
    table = load_table()
    assert table.folded.translate(table.classes) == table.classes
    assert table.lowered.translate(table.classes) == table.classes


def test_no_form_is_a_surrogate() -> None:
    table = load_table()
    assert not any("\ud800" <= form <= "\udfff" for form in set(table.folded) | set(table.lowered))


@pytest.mark.parametrize(
    ("characters", "code_class"),
    [
        ("aÉßжλאبกあア가ªʰ²½Ⅷ\u0301\u20dd𐐀", CodeClass.LETTER),
        ("09٣९０𝟘", CodeClass.DIGIT),
        ("'’‘ʼ＇`´·״", CodeClass.WORD_JOINER),
        (".,/:．，／：٫", CodeClass.NUMBER_JOINER),
        ('-_!?"“[@#$€+™😀。、…\ufffd\ue000\uffff\u0378\u0600', CodeClass.MARK),
        ("一龥々〇㐀豈𠀀\U0002fa1d\U00030000\U000323af", CodeClass.HAN),
        (
            "\x00\t\n\x0b\x0c\r\x1c\x85 \xa0\u1680\u2003\u200b\u2028\u2029\u202f\u205f\u3000",
            CodeClass.SEPARATOR,
        ),
        ("\u00ad\u034f\u200c\u200d\u200e\u2060\ufeff\ufe0f\U000e0041\U000e0100\u3164", CodeClass.IGNORED),
    ],
)
def test_classes(characters: str, code_class: CodeClass) -> None:
    classes = load_table().classes
    assert {character: classes[ord(character)] for character in characters} == dict.fromkeys(
        characters, code_class.value
    )


def test_every_python_space_separates() -> None:
    classes = load_table().classes
    assert {classes[code] for code in range(CODE_POINTS) if chr(code).isspace()} == {CodeClass.SEPARATOR}

"""The file of API keys: read whole or refused, followed, compared in constant time, never quoted."""

import hashlib
from pathlib import Path

import pytest

from models.errors import ConfigError
from service.__main__ import main
from service.keys import KeyFile


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def line(name: str, key: str) -> str:
    return f"{name}:{hashlib.sha256(key.encode()).hexdigest()}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keys"
    path.write_text("# who may ask\n\n" + line("shop", "key of the shop") + line("desk", "other").upper())
    return path


def test_a_key_is_known_by_its_hash(path) -> None:
    keys = KeyFile(path)
    assert keys.name_of("key of the shop") == "shop"
    assert keys.name_of("other") == "DESK"
    for wrong in ("", "key of the sho", "key of the shop ", "shop", "é\udc80"):
        assert keys.name_of(wrong) is None


def test_every_key_is_compared_in_constant_time_whichever_comes(path, compared) -> None:
    keys = KeyFile(path)
    for key in ("key of the shop", "other", "wrong", ""):
        keys.name_of(key)
    assert compared == [(32, 32)] * 8


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "holds no key"),
        ("# nothing\n", "holds no key"),
        ("shop:secret-as-it-is\n", "line 1"),
        ("shop\n", "line 1"),
        ("a b:" + "0" * 64 + "\n", "line 1"),
        ("ok:" + "0" * 64 + "\nok:" + "1" * 64 + "\n", "line 2"),
        ("ok:" + "0" * 63 + "\n", "line 1"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_and_never_quoted(tmp_path, content, words) -> None:
    path = tmp_path / "keys"
    path.write_text(content)
    with pytest.raises(ConfigError, match=words) as caught:
        KeyFile(path)
    assert "secret" not in str(caught.value)
    with pytest.raises(ConfigError, match="cannot be read"):
        KeyFile(tmp_path / "none")


def test_changes_of_the_file_count_and_a_broken_one_locks_nobody_out(path, capfd) -> None:
    clock = Clock()
    keys = KeyFile(path, clock)
    path.write_text(line("shop", "new key"))
    assert keys.name_of("key of the shop") == "shop"
    clock.now += 1
    assert (keys.name_of("new key"), keys.name_of("key of the shop")) == ("shop", None)
    path.write_text("broken")
    clock.now += 1
    assert keys.name_of("new key") == "shop"
    path.unlink()
    clock.now += 1
    assert keys.name_of("new key") == "shop"
    path.write_text(line("other", "third"))
    clock.now += 1
    assert keys.name_of("third") == "other"
    log = capfd.readouterr().out
    assert log.count("api_keys_unreadable") == 2


@pytest.mark.parametrize("content", ["", "# none\n", "broken", None])
def test_a_file_that_is_lost_opens_no_doors_and_is_told_once(path, capfd, content) -> None:
    clock = Clock()
    keys = KeyFile(path, clock)
    path.unlink() if content is None else path.write_text(content)
    for _ in range(5):
        clock.now += 1
        assert (keys.name_of("key of the shop"), keys.name_of("")) == ("shop", None)
    assert capfd.readouterr().out.count("api_keys_unreadable") == 1


def test_another_process_begins_with_the_keys_that_were_read_last(path, tmp_path_factory) -> None:
    kept = tmp_path_factory.mktemp("shared") / "keys"
    clock = Clock()
    keys = KeyFile(path, clock, kept)
    path.write_text(line("shop", "new key"))
    clock.now += 1
    assert keys.name_of("new key") == "shop"
    path.write_text("")
    later = KeyFile(path, clock, kept)
    assert (later.name_of("new key"), later.name_of("key of the shop")) == ("shop", None)
    assert kept.stat().st_mode & 0o777 == 0o600
    path.write_text(line("desk", "third"))
    clock.now += 1
    assert (later.name_of("third"), later.name_of("new key")) == ("desk", None)


def test_a_key_is_made_with_its_line(tmp_path, capsys) -> None:
    keys = []
    lines = ""
    for name in ("shop", "desk@home"):
        assert main(["key", name]) == 0
        printed = capsys.readouterr()
        lines += printed.out
        keys.append(printed.err.strip())
    (tmp_path / "keys").write_text(lines)
    file = KeyFile(tmp_path / "keys")
    assert [file.name_of(key) for key in keys] == ["shop", "desk@home"]
    assert not [key for key in keys if key in lines]
    assert min(map(len, keys)) > 40


@pytest.mark.parametrize("name", ["", "a b", "a:b", "x" * 65, "é"])
def test_a_name_that_the_file_cannot_hold_is_refused(name, capsys) -> None:
    assert main(["key", name]) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)

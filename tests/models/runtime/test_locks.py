import threading
from pathlib import Path

from models.runtime.locks import locked_folder


def test_only_one_holds_the_lock(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with locked_folder(tmp_path):
            order.append("second")

    with locked_folder(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.1)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]

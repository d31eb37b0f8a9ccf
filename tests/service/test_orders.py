"""What all workers are told."""

import threading
from pathlib import Path

import pytest

from service.orders import Orders, Standing


@pytest.fixture(params=["alone", "shared"])
def orders(request, tmp_path: Path) -> Orders:
    return Orders(tmp_path if request.param == "shared" else None)


def test_orders_are_numbered_and_stand(orders: Orders) -> None:
    assert orders.standing() == Standing()
    assert [orders.unload("a"), orders.unload("b"), orders.load("a"), orders.look()] == [1, 2, 3, 4]
    assert orders.withdraw("b", 2, "bad") == 5
    orders.withdraw("b", 3, "worse")
    orders.try_again("b", 2)
    standing = orders.standing()
    assert standing.number == 7
    assert standing.unloaded == {"b"}
    assert standing.withdrawn == {"b": {3: "worse"}}


def test_every_worker_sees_them(tmp_path: Path) -> None:
    Orders(tmp_path).unload("a")
    assert Orders(tmp_path).standing().unloaded == {"a"}


def test_orders_given_at_once_are_all_kept(tmp_path: Path) -> None:
    threads = [threading.Thread(target=Orders(tmp_path).unload, args=(f"m{n}",)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert Orders(tmp_path).standing().unloaded == {f"m{n}" for n in range(20)}


def test_an_order_is_done_when_every_worker_has_carried_it_out(tmp_path: Path, monkeypatch) -> None:
    first, second = Orders(tmp_path), Orders(tmp_path)
    number = first.look()
    workers = frozenset((101, 102))
    monkeypatch.setattr("os.getpid", lambda: 101)
    first.carried_out(number)
    assert not first.done(number, workers)
    monkeypatch.setattr("os.getpid", lambda: 102)
    second.carried_out(number)
    assert first.done(number, workers)
    assert not first.done(number + 1, workers)


def test_a_worker_alone_is_all(orders: Orders) -> None:
    alone = Orders()
    number = alone.look()
    assert not alone.done(number, frozenset())
    alone.carried_out(number)
    assert alone.done(number, frozenset())


def test_what_was_withdrawn_stays_so_where_the_file_is_lost(tmp_path: Path) -> None:
    orders = Orders(tmp_path)
    orders.withdraw("reviews", 2, "bad")
    assert orders.standing().withdrawn == {"reviews": {2: "bad"}}
    (tmp_path / "orders.json").unlink()
    assert orders.standing().withdrawn == {"reviews": {2: "bad"}}
    assert orders.look() == 2
    assert Orders(tmp_path).standing().withdrawn == {"reviews": {2: "bad"}}

"""Asks every way in turn, several times over, so that what else the machine does meets all of them."""

import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.serving.load import Load, ask, make_texts
from benchmarks.serving.server import Server, started
from benchmarks.serving.ways import WAYS, Setting, install

_WARM_UP_S = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """What one way reached under one load: medians of its rounds, errors of all."""

    way: str
    clients: int
    tokens: int
    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    errors: int


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one way needs, after all it was asked. Memory in 10^6 bytes."""

    way: str
    start_s: float
    worker_rss_mb: float
    all_pss_mb: float


def measure(
    ways: Sequence[str],
    setting: Setting,
    loads: Sequence[tuple[int, int]],
    rounds: int,
    seconds: float,
    folder: Path,
) -> tuple[list[Cell], list[Footprint]]:
    """Starts all ways, one after the other, and measures them by turns.

    Args:
        loads: pairs of clients and tokens a text.
        seconds: how long a way is asked in a round.

    Raises:
        SystemExit: a way does not start, answers another label than the others, or forgot to count.
    """
    for way in ways:
        install(setting, way)
    with ExitStack() as stack:
        servers: dict[str, Server] = {}
        for way in ways:
            own = folder / way
            own.mkdir()
            servers[way] = stack.enter_context(started(way, setting, own))
            print(f"{way} ready after {servers[way].start_s:.1f} s", file=sys.stderr)
        _check_answers(servers, make_texts(setting.artifact, 20)[:20])
        for server in servers.values():
            ask(server, make_texts(setting.artifact, 50), 16, _WARM_UP_S, folder)
        cells = []
        for clients, tokens in loads:
            texts = make_texts(setting.artifact, tokens)
            found: dict[str, list[tuple[Load, float]]] = {way: [] for way in ways}
            for _ in range(rounds):
                for way, server in servers.items():
                    found[way].append(_asked(server, texts, clients, seconds, folder))
            cells += [_cell(way, clients, tokens, found[way]) for way in ways]
            print(f"{clients} clients, {tokens} tokens: measured", file=sys.stderr)
        footprints = [
            Footprint(way, server.start_s, max(server.rss_mb().values()), server.all_pss_mb())
            for way, server in servers.items()
        ]
    return cells, footprints


def _asked(
    server: Server, texts: list[str], clients: int, seconds: float, folder: Path
) -> tuple[Load, float]:
    """What the clients saw, and milliseconds of CPU a request."""
    # The load before broke off with requests under way; the next one meets a server at rest.
    server.ask(texts[0])
    counted = server.counted() if server.way.counts else 0
    cpu_s = server.cpu_s()
    load = ask(server, texts, clients, seconds, folder)
    cpu_ms = (server.cpu_s() - cpu_s) * 1e3 / max(1, load.requests)
    if server.way.counts:
        _check_counted(server, counted, load, clients)
    return load, cpu_ms


def _check_counted(server: Server, before: int, load: Load, clients: int) -> None:
    """``/metrics`` counted every answer, and besides only those that came after the clients had left."""
    good = load.requests - load.errors
    until = time.monotonic() + 5
    while (counted := server.counted() - before) < good and time.monotonic() < until:
        time.sleep(0.1)
    if not good <= counted <= good + clients:
        raise SystemExit(f"{good} requests were answered, but /metrics counted {counted}")


def _check_answers(servers: dict[str, Server], texts: list[str]) -> None:
    """Every way that answers a label answers the same one: they serve the same model."""
    answers = {
        way: [label(server.ask(text)) for text in texts]
        for way, server in servers.items()
        if (label := WAYS[way].label)
    }
    first, *others = answers
    for way in others:
        if answers[way] != answers[first]:
            raise SystemExit(f"{way} answers {answers[way]}, but {first} {answers[first]}")


def _cell(way: str, clients: int, tokens: int, found: list[tuple[Load, float]]) -> Cell:
    loads = [load for load, _ in found]
    return Cell(
        way,
        clients,
        tokens,
        statistics.median(load.requests / load.seconds for load in loads),
        statistics.median(load.p50_s for load in loads) * 1e3,
        statistics.median(load.p99_s for load in loads) * 1e3,
        statistics.median(cpu_ms for _, cpu_ms in found),
        sum(load.errors for load in loads),
    )

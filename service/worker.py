"""gunicorn's worker for this service: one thread reads and answers, each connection in a greenlet.

A thread a request costs more than answering one (they queue for the interpreter), a process a request cannot
keep connections open, and a slow client holds either. gevent's patches of the standard library are left out:
nothing here but the sockets of the clients ever waits, and TensorFlow and the repository use real threads.
"""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import gevent
from gevent.pool import Pool
from gevent.server import StreamServer
from gevent.socket import socket as GreenletSocket
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

_HEARTBEAT_S = 0.25
_DRAIN_STEP_S = 0.02
# Beyond the time an idle connection is kept: a client in the middle of a request has stalled.
_STALLED_S = 5


class GreenletWorker(GeventWorker):  # type: ignore[misc]
    """gunicorn's gevent worker with fair turns, and a stop that does not wait for idle connections."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._clients: dict[Any, Any] = {}
        # Connections between two requests, by greenlet, and the timer that closes them.
        self._idle: dict[Any, gevent.Timeout] = {}
        self._begun: set[Any] = set()

    def patch(self) -> None:
        """Makes the listening sockets those of gevent; patches nothing."""
        listeners = self.sockets
        self.sockets: list[Any] = [
            GreenletSocket(each.FAMILY, socket.SOCK_STREAM, fileno=each.sock.detach()) for each in listeners
        ]

    def run(self) -> None:
        """Serves until told to stop, then answers what has been read."""
        pool = Pool(self.worker_connections)
        servers = []
        for listener in self.sockets:
            server = StreamServer(listener, handle=partial(self.handle, listener), spawn=pool)
            if self.cfg.workers > 1:
                # The next connection is for whoever is free.
                server.max_accept = 1
            server.start()
            servers.append(server)
        while self.alive:
            self.notify()
            gevent.sleep(_HEARTBEAT_S)
        for server in servers:
            server.close()
        self._drain(pool)

    def handle(self, listener: Any, client: Any, address: Any) -> None:
        """Answers the requests of one connection, in the order they come."""
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.settimeout(self.cfg.keepalive + _STALLED_S)
        greenlet = gevent.getcurrent()
        self._clients[greenlet] = client
        try:
            # Past the parent, which would take the time limit away.
            AsyncWorker.handle(self, listener, client, address)
        finally:
            del self._clients[greenlet]

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answers one request."""
        self._begun.add(req)
        try:
            super().handle_request(listener_name, req, sock, addr)
        finally:
            self._begun.discard(req)

    @contextmanager
    def timeout_ctx(self) -> Iterator[None]:
        """Around the wait for the next request of a connection."""
        # The others first: a quick client's next request is often there already, and would always win.
        gevent.sleep(0)
        greenlet = gevent.getcurrent()
        with gevent.Timeout(self.cfg.keepalive, False) as timeout:
            self._idle[greenlet] = timeout
            try:
                yield
            finally:
                del self._idle[greenlet]

    def _drain(self, pool: Pool) -> None:
        for request in self._begun:
            # So that the reply says it is the last one.
            request.force_close()
        until = time.monotonic() + self.cfg.graceful_timeout
        while pool and time.monotonic() < until:
            self._close_idle()
            self.notify()
            gevent.sleep(_DRAIN_STEP_S)
        if pool:
            self.log.warning("%d connections were cut off when the worker stopped", len(pool))

    def _close_idle(self) -> None:
        """Ends the wait of every connection on which no request has begun to arrive."""
        loop = gevent.get_hub().loop
        for greenlet, timeout in list(self._idle.items()):
            readable, _, _ = select.select([self._clients[greenlet].fileno()], [], [], 0)
            if not readable:
                loop.run_callback(self._end_wait, greenlet, timeout)

    def _end_wait(self, greenlet: Any, timeout: gevent.Timeout) -> None:
        # It may have gone on meanwhile.
        if self._idle.get(greenlet) is timeout:
            greenlet.throw(timeout)

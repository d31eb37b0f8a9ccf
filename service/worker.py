"""gunicorn's worker for this service: one thread reads and answers, each connection in a greenlet.

A thread a request costs more than answering one (they queue for the interpreter), a process a request cannot
keep connections open, and a slow client holds either. gevent's patches of the standard library are left out:
nothing here but the sockets of the clients ever waits, and TensorFlow and the repository use real threads.
"""

import errno
import math
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import gevent
from gevent.pool import Pool
from gevent.server import StreamServer
from gevent.socket import socket as GreenletSocket
from gevent.ssl import SSLContext
from gunicorn import util
from gunicorn.http.body import Body
from gunicorn.http.errors import ParseException
from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

from service.errors import RequestTimeoutError
from service.unreadable import answer_unreadable

_HEARTBEAT_S = 0.25
_DRAIN_STEP_S = 0.02
# Beyond the time an idle connection is kept: a client in the middle of a request has stalled.
_STALLED_S = 5
_HANDSHAKE_S = 10


class _Stalled(Exception):
    """A client does not go on."""


class _LastBody(Body):  # type: ignore[misc]
    """A body; where it is malformed, the reply says that it is the connection's last one."""

    def __init__(self, request: Any) -> None:
        super().__init__(request.body.reader)
        self._request = request

    def _read_reader(self, size: int) -> Any:
        try:
            return super()._read_reader(size)
        except ParseException:
            # Nobody knows where the next request begins.
            self._request.force_close()
            raise


class _HeardClient:
    """A client's socket that tells when something came: gunicorn does not say that a head has begun."""

    def __init__(self, client: Any, on_heard: Callable[[], None]) -> None:
        self._client = client
        self._recv = client.recv
        self._on_heard = on_heard

    def recv(self, size: int) -> Any:
        """What came."""
        data = self._recv(size)
        self._on_heard()
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class GreenletWorker(GeventWorker):  # type: ignore[misc]
    """gunicorn's gevent worker with fair turns, and a stop that does not wait for idle connections."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._clients: dict[Any, Any] = {}
        # Connections between two requests, by greenlet, and the timer that closes them.
        self._idle: dict[Any, gevent.Timeout] = {}
        # Requests that are being read or answered: their greenlet and the time until they may.
        self._begun: dict[Any, tuple[Any, float]] = {}
        # Connections on which a part of a head has come, and the time until the whole may.
        self._heads: dict[Any, float] = {}

    def patch(self) -> None:
        """Makes the listening sockets those of gevent; patches nothing."""
        listeners = self.sockets
        self.sockets: list[Any] = [
            GreenletSocket(each.FAMILY, socket.SOCK_STREAM, fileno=each.sock.detach()) for each in listeners
        ]

    def run(self) -> None:
        """Serves until told to stop, then answers what has been read."""
        pool = Pool(self.worker_connections)
        tls = _tls(self.app.tls)
        servers = []
        for listener in self.sockets:
            server = StreamServer(listener, handle=partial(self.handle, listener), spawn=pool, **tls)
            if self.cfg.workers > 1:
                # The next connection is for whoever is free.
                server.max_accept = 1
            server.start()
            servers.append(server)
        while self.alive:
            self.notify()
            self._end_stalled()
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
            if self.cfg.is_ssl:
                with gevent.Timeout(_HANDSHAKE_S, _Stalled):
                    client.do_handshake()
            # Past the parent, which would take the time limit away.
            AsyncWorker.handle(self, listener, _HeardClient(client, partial(self._hear, greenlet)), address)
        except (OSError, _Stalled):
            # No TLS, or a client that says nothing.
            client.close()
        finally:
            del self._clients[greenlet]
            self._heads.pop(greenlet, None)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answers what never reaches the application."""
        if isinstance(exc, ssl.SSLError):
            # Nothing can be said on a connection whose encryption has failed.
            return
        with suppress(OSError):
            util.write_nonblock(client, answer_unreadable(exc, self.wsgi.extensions["metrics"].reject))

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answers one request."""
        greenlet = gevent.getcurrent()
        self._begun[req] = (greenlet, time.monotonic() + self._longest_s)
        req.body = _LastBody(req)
        try:
            super().handle_request(listener_name, req, sock, addr)
        finally:
            self._begun.pop(req, None)
        if req.unreader.buf.getvalue():
            # A part of the next request came with this one.
            self._heads[greenlet] = self._head_until()

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
                self._heads.pop(greenlet, None)

    @property
    def _longest_s(self) -> float:
        """Seconds from a request's head to the end of its reply, whatever the client does."""
        settings = self.app.settings
        return float(settings.timeout_s + settings.client_timeout_s)

    def _head_until(self) -> float:
        # No longer than a connection is kept, after which nothing would be answered.
        return time.monotonic() + min(float(self.app.settings.client_timeout_s), float(self.cfg.keepalive))

    def _hear(self, greenlet: Any) -> None:
        """Something came on a connection: between two requests, it begins the next one."""
        timeout = self._idle.get(greenlet)
        if timeout is not None and greenlet not in self._heads:
            self._heads[greenlet] = self._head_until()
            timeout.cancel()

    def _end_stalled(self) -> None:
        """Ends requests whose clients send or read too slowly: each holds a connection."""
        now = time.monotonic()
        for request, (greenlet, until) in list(self._begun.items()):
            if now >= until:
                self._begun[request] = (greenlet, math.inf)
                gevent.get_hub().loop.run_callback(self._end_request, request, greenlet)
        for greenlet, until in list(self._heads.items()):
            if now >= until:
                gevent.get_hub().loop.run_callback(self._end_head, greenlet, until)

    def _end_head(self, greenlet: Any, until: float) -> None:
        # It may have come, or the next one begun, meanwhile.
        if self._heads.get(greenlet) == until:
            greenlet.throw(RequestTimeoutError("the request did not arrive in time"))

    def _end_request(self, request: Any, greenlet: Any) -> None:
        # It may have been answered meanwhile.
        if request in self._begun:
            request.force_close()
            greenlet.throw(_too_slow(request))

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


def open_tls(certificate: Path, key: Path) -> SSLContext:
    """What speaks TLS with that certificate. The master opens it, so that a worker needs no file for it.

    Raises:
        OSError: the files cannot be used.
    """
    # gevent's: the standard library's would wait for one client with all others.
    context = SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def _tls(context: SSLContext | None) -> dict[str, Any]:
    """What a server needs to speak TLS; nothing where it shall not."""
    return {"ssl_context": context, "do_handshake_on_connect": False} if context else {}


def _too_slow(request: Any) -> Exception:
    """What to throw at a request that takes too long: it can be answered only while its body is read."""
    reader = request.body.reader
    if getattr(reader, "length", 0) or getattr(reader, "parser", None):
        return RequestTimeoutError("the request did not arrive in time")
    return ConnectionResetError(errno.ECONNRESET, "the reply was not read in time")

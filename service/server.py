"""gunicorn as this service needs it. The master never imports TensorFlow: that does not survive a fork."""

import logging
import mmap
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from gevent.ssl import SSLContext
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer

from models.errors import ConfigError, EngramError, LabelsError
from models.runtime.quiet import quiet_tensorflow
from models.runtime.threads import available_cpus, limit_threads
from models.runtime.version_labels import VersionLabels, find_version_labels
from service.access import open_keys
from service.concurrency import Greenlets
from service.feedback.folder import prepare_folder
from service.kept_labels import KeptLabels
from service.keys import read_keys
from service.logs import GunicornLog, log_event, logging_config
from service.peers import Peers
from service.settings import Settings, unknown_settings
from service.tracing import check_tracing
from service.worker import GreenletWorker, open_tls

MakeApp = Callable[[Settings, Peers], WSGIApplication]

_SHARED_MEMORY = Path("/dev/shm")
_BACKLOG = 2048
_AFTER_FAILURE_S = 1.0
# By default whoever asks from this machine chooses by headers the path that is answered, and the scheme.
_NO_FORWARDERS = {
    "forwarded_allow_ips": "",
    "forwarder_headers": "",
    "secure_scheme_headers": {},
    "header_map": "drop",
}


def serve(settings: Settings, make_app: MakeApp | None = None) -> None:
    """Serves until SIGTERM or SIGINT; then answers what has been accepted and exits with 0.

    Args:
        make_app: makes the application in a worker; by default that of this package.

    Raises:
        ConfigError: the artifacts folder, the version labels, the keys, the certificate or the folder of
            feedback are missing or cannot be used.
        EngramError: the address cannot be listened on.
    """
    check_artifacts(settings.artifacts)
    check_state(settings)
    tls = check_doors(settings)
    check_tracing(settings)
    if settings.feedback:
        prepare_folder(settings.feedback)
    for name, near in unknown_settings().items():
        log_event("unknown_setting", "warning", setting=name, did_you_mean=near)
    listener = listen(settings.host, settings.port)
    master = os.getpid()
    folder = Path(tempfile.mkdtemp(prefix="engram-", dir=_fast_folder()))
    try:
        _prepare_environment(settings, folder)
        host, port = listener.getsockname()[:2]
        scheme = "https" if settings.tls_certificate else "http"
        log_event("listening", address=f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")
        Server(settings, listener, folder, make_app or _make_app, tls).run()
    finally:
        # A forked worker passes here too; the folder is the master's.
        if os.getpid() == master:
            shutil.rmtree(folder, ignore_errors=True)


def check_artifacts(folder: Path) -> None:
    """Refuses an artifacts folder that is missing or cannot be read; an empty one is fine.

    Raises:
        ConfigError: it is one of these.
    """
    try:
        os.listdir(folder)
    except OSError as error:
        raise ConfigError(
            f"ENGRAM_ARTIFACTS is {folder}, which cannot be read: {error.strerror}; "
            "it must be a folder of saved models"
        ) from error


def check_state(settings: Settings) -> VersionLabels | None:
    """Refuses version labels that cannot be read: another version would answer in their place.

    Returns:
        The labels; None where there is no file of them, as before the first one is set.

    Raises:
        ConfigError: their folder or their file cannot be read, or the file holds something else.
    """
    folder = settings.state_folder
    try:
        os.listdir(folder)
        return find_version_labels(folder)
    except OSError as error:
        raise ConfigError(
            f"ENGRAM_STATE is {folder}, which cannot be read: {error.strerror}; it must be a folder, that of "
            "the version labels"
        ) from error
    except LabelsError as error:
        raise ConfigError(str(error)) from error


def check_doors(settings: Settings) -> SSLContext | None:
    """Refuses keys and certificates that cannot be used.

    Returns:
        What speaks TLS; None where nothing shall.

    Raises:
        ConfigError: which, and why.
    """
    if settings.api_keys:
        read_keys(settings.api_keys)
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None or key is None:
        return None
    try:
        return open_tls(certificate, key)
    except OSError as error:  # among them all of TLS
        raise ConfigError(
            f"ENGRAM_TLS_CERTIFICATE ({certificate}) and ENGRAM_TLS_KEY ({key}) cannot be used: "
            f"{error.strerror or error}; they must be PEM and belong together"
        ) from error


def listen(host: str, port: int) -> socket.socket:
    """Binds before anything is started, so that a used port is one sentence.

    Raises:
        EngramError: the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise EngramError(
            f"cannot listen on {host}:{port}: {reason}; set ENGRAM_HOST or ENGRAM_PORT, or --host or --port"
        ) from error
    return listener


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn's master process, configured in code."""

    def __init__(
        self,
        settings: Settings,
        listener: socket.socket,
        folder: Path,
        make_app: MakeApp,
        tls: SSLContext | None,
    ) -> None:
        self.settings = settings
        self.tls = tls
        # Whether any worker could begin; in memory that all of them share.
        self._begun = mmap.mmap(-1, 1)
        self._make_app = make_app
        self._listener = listener
        self._peers = Peers(folder / "ready", settings.workers, folder / "shared")
        # Before the first worker: each that comes later can begin with these keys and labels.
        open_keys(settings, self._peers.shared)
        if (labels := check_state(settings)) is not None:
            KeptLabels(self._peers.shared).keep(labels)
        super().__init__()

    def load_config(self) -> None:
        """Hands gunicorn its settings."""
        settings = self.settings
        values = {
            "backlog": _BACKLOG,
            "bind": f"fd://{self._listener.fileno()}",
            "workers": settings.workers,
            "worker_class": GreenletWorker,
            "keepalive": 75,
            # The worker beats four times a second, whatever a request takes.
            "timeout": 60,
            "graceful_timeout": settings.graceful_timeout_s,
            "preload_app": False,
            "control_socket_disable": True,
            "worker_tmp_dir": _fast_folder(),
            "proc_name": "engram",
            "logger_class": GunicornLog,
            "logconfig_dict": logging_config(),
            "loglevel": "warning",
            "certfile": _path(settings.tls_certificate),
            "keyfile": _path(settings.tls_key),
            "post_worker_init": self._worker_begins,
            "worker_exit": _end_worker,
            "child_exit": self._after_worker,
            **_NO_FORWARDERS,
        }
        for name, value in values.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """The application, made in the worker after the fork."""
        logging.captureWarnings(True)
        return self._make_app(self.settings, self._peers)

    def run(self) -> None:
        """Runs the master until it is told to stop."""
        _Master(self).run()

    @property
    def has_begun(self) -> bool:
        """Whether a worker could begin since the start."""
        return self._begun[0] == 1

    def _worker_begins(self, worker: Any) -> None:
        self._begun[0] = 1
        # Ctrl-C reaches every process of the terminal; the master alone decides how workers stop.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _after_worker(self, server: Any, worker: Any) -> None:
        from prometheus_client.multiprocess import mark_process_dead

        self._peers.forget(worker.pid)
        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def _make_app(settings: Settings, peers: Peers) -> WSGIApplication:
    # Imported here: the metrics library reads its settings when it is imported.
    from service.app import create_app

    return create_app(settings, peers=peers, concurrency=Greenlets(settings.threads))


class _Master(Arbiter):  # type: ignore[misc]
    """gunicorn's master, for which Ctrl-C means what SIGTERM means: answer what was accepted, then end."""

    def handle_int(self) -> None:
        self.handle_term()

    def reap_workers(self) -> None:
        """A replaced worker that cannot begin is tried again; gunicorn would end the service."""
        while True:
            try:
                super().reap_workers()
            except HaltServer as error:
                if not self.app.has_begun:
                    raise
                log_event("worker_cannot_begin", "error", reason=error.reason)
                # What it needs may come back; meanwhile the others answer.
                time.sleep(_AFTER_FAILURE_S)
            else:
                return


def _end_worker(server: Any, worker: Any) -> None:
    """Ends a drained worker at once: tearing down under TensorFlow's threads can crash or hang."""
    if worker.booted and os.getpid() == worker.pid:
        if tracing := getattr(worker.wsgi, "extensions", {}).get("tracing"):
            tracing.close()
        os._exit(0)


def _prepare_environment(settings: Settings, folder: Path) -> None:
    """What the workers inherit; all of it must stand before the libraries are imported."""
    for name in ("metrics", "ready", "shared"):
        (folder / name).mkdir()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder / "metrics")
    # gunicorn would expect every path to begin with it.
    os.environ.pop("SCRIPT_NAME", None)
    quiet_tensorflow()
    limit_threads(max(1, available_cpus() // settings.workers))


def _fast_folder() -> str | None:
    """A folder in memory where there is one: a heartbeat on a slow disk can stall a worker."""
    return str(_SHARED_MEMORY) if os.access(_SHARED_MEMORY, os.W_OK | os.X_OK) else None


def _path(path: Path | None) -> str | None:
    return None if path is None else str(path)

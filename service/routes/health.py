"""``/healthz``, ``/readyz``, ``/metrics``."""

from dataclasses import asdict

from flask import Response
from flask_openapi3.models.tag import Tag

from service.metrics import CONTENT_TYPE, Metrics
from service.peers import Peers
from service.repository import Repository
from service.routes.api import Api, reply
from service.schemas import LiveReply, ReadyReply
from service.tfserving.models import status_as_dict

_TAG = Tag(name="health", description="For probes and Prometheus.")
_TEXT = {"description": "Prometheus text format", "content": {"text/plain": {"schema": {"type": "string"}}}}


def register(app: Api, repository: Repository, metrics: Metrics, peers: Peers | None) -> None:
    """Adds the routes."""

    @app.get("/healthz", tags=[_TAG], summary="The process runs", responses={200: LiveReply})
    def healthz() -> Response:
        return reply({"live": True})

    @app.get(
        "/readyz",
        tags=[_TAG],
        summary="Every worker has its models loaded and checked",
        responses={200: ReadyReply, 503: ReadyReply},
    )
    def readyz() -> Response:
        ready = repository.ready and (peers is None or peers.all_ready())
        models = {
            name: [status_as_dict(status) for status in statuses]
            for name, statuses in repository.overview().items()
        }
        labels = {
            name: {label: {"version": at.version, "pending": at.pending} for label, at in found.items()}
            for name, found in repository.labels().items()
        }
        candidates = {
            name: [asdict(status) for status in statuses] for name, statuses in repository.candidates.items()
        }
        told = {"ready": ready, "models": models, "labels": labels, "candidates": candidates}
        return reply(told, 200 if ready else 503)

    @app.get("/metrics", tags=[_TAG], summary="Prometheus metrics of all workers", responses={200: _TEXT})
    def scrape() -> Response:
        return Response(metrics.expose(repository.overview()), content_type=CONTENT_TYPE)

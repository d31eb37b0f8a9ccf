"""``/admin/...``: version labels are moved, the folder is looked at."""

from flask import Response
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel

from service.administration import Administration
from service.handlers import Handlers
from service.repository import LabelStatus
from service.routes.api import Api, PathName, replies, reply
from service.schemas import LabelReply, LabelRequest, ReloadReply

_TAG = Tag(name="admin", description="Change what is served; needs the admin token.")
_LABEL_PATH = "/admin/models/<model:name>/labels/<model:label>"


class AdminLabelPath(BaseModel):
    """A version label of a model."""

    name: PathName
    label: PathName


def register(app: Api, handlers: Handlers, administration: Administration) -> None:
    """Adds the routes."""

    def shown(path: AdminLabelPath, version: int | None, previous: int | None) -> Response:
        now = handlers.repository.labels().get(path.name, {}).get(path.label, LabelStatus(None))
        body = {
            "model": path.name,
            "label": path.label,
            "version": version,
            "previous": previous,
            "pending": now.version != version,
        }
        return reply(body)

    @app.post(
        _LABEL_PATH,
        tags=[_TAG],
        summary="Give a version label to a version",
        responses=replies(LabelReply, 400, 401, 403, 404, 409, 413, 415, 503),
    )
    def admin_set_label(path: AdminLabelPath, body: LabelRequest) -> Response:
        before = administration.move_label(path.name, path.label, body.version, body.accept_below_baseline)
        return shown(path, body.version, before)

    @app.delete(
        _LABEL_PATH,
        tags=[_TAG],
        summary="Take a version label away",
        responses=replies(LabelReply, 401, 403, 404, 503),
    )
    def admin_remove_label(path: AdminLabelPath) -> Response:
        return shown(path, None, administration.remove_label(path.name, path.label))

    @app.post(
        "/admin/reload",
        tags=[_TAG],
        summary="Look at the folder now; answered when every worker has",
        responses=replies(ReloadReply, 401, 403, 504),
    )
    def admin_reload() -> Response:
        administration.look()
        return reply({"reloaded": True, "models": handlers.repository.names()})

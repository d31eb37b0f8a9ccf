"""``POST /feedback``: the right label of an answer."""

from flask import Response
from flask_openapi3.models.tag import Tag

from service.errors import FeedbackOffError
from service.feedback.feedback import Feedback
from service.feedback.schemas import FeedbackReply, FeedbackRequest
from service.routes.api import Api, replies, reply, trace

_TAG = Tag(
    name="feedback", description="Say what an answer should have been; off unless ENGRAM_FEEDBACK is set."
)


def register(app: Api, feedback: Feedback | None) -> None:
    """Adds the route; it refuses everything where no feedback is taken."""

    @app.post(
        "/feedback",
        tags=[_TAG],
        summary="Tell the right label of an answer",
        responses=replies(FeedbackReply, 400, 404, 409, 410, 413, 415, 422, 503),
    )
    def tell(body: FeedbackRequest) -> Response:
        if feedback is None:
            raise FeedbackOffError("this service takes no feedback; ENGRAM_FEEDBACK=FOLDER lets it")
        told = feedback.take(body, trace())
        return reply(
            {
                "request_id": body.request_id,
                "model": told.model,
                "version": told.version,
                "labels": told.labels,
                "new": told.new,
            }
        )

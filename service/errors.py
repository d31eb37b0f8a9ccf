"""What a request can fail with. One class a cause: its code, and its status on each family of routes."""

from typing import ClassVar

from models.errors import EngramError


class RequestError(EngramError):
    """A request that is not answered with a prediction.

    Attributes:
        code: stable name of the cause, for programs.
        status: HTTP status on the native routes.
        tfs_status: HTTP status on TensorFlow Serving's routes, as its own status codes map to HTTP.
        retry_after: seconds after which asking again makes sense, or None.
    """

    code: ClassVar[str] = "BAD_REQUEST"
    status: ClassVar[int] = 400
    tfs_status: ClassVar[int] = 400
    retry_after: int | None = None


class KeyRequiredError(RequestError):
    """The service asks callers for a key, and none came along."""

    code = "API_KEY_REQUIRED"
    status = tfs_status = 401


class InvalidKeyError(RequestError):
    """What came along is no key of this service."""

    code = "INVALID_API_KEY"
    status = tfs_status = 401


class AdminTokenError(RequestError):
    """Only the holder of the admin token may do that."""

    code = "ADMIN_TOKEN_REQUIRED"
    status = tfs_status = 403


class RateLimitedError(RequestError):
    """A caller asks more often than allowed."""

    code = "RATE_LIMITED"
    status = tfs_status = 429

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RequestTimeoutError(RequestError):
    """A client takes too long to send its request."""

    code = "REQUEST_TIMEOUT"
    status = tfs_status = 408


class InvalidBodyError(RequestError):
    """The body does not come as HTTP says: its end is unknown."""

    code = "INVALID_BODY"


class InvalidJsonError(RequestError):
    """The body is not JSON."""

    code = "INVALID_JSON"


class InvalidRequestError(RequestError):
    """The body is JSON of another shape than the call takes."""

    code = "INVALID_REQUEST"


class ModelRequiredError(RequestError):
    """Several models are served and the request names none."""

    code = "MODEL_REQUIRED"


class ModelNotFoundError(RequestError):
    """There is no model of that name."""

    code = "MODEL_NOT_FOUND"
    status = tfs_status = 404


class VersionNotFoundError(RequestError):
    """The model is served, but not that version of it."""

    code = "VERSION_NOT_FOUND"
    status = tfs_status = 404


class LabelNotFoundError(RequestError):
    """The model is served, but no version of it has that version label."""

    code = "VERSION_LABEL_NOT_FOUND"
    status = 404


class TooManyTextsError(RequestError):
    """More texts than one request may hold."""

    code = "TOO_MANY_TEXTS"
    status = 413


class TextTooLongError(RequestError):
    """A text with more characters than allowed."""

    code = "TEXT_TOO_LONG"
    status = 413


class ReplyTooLargeError(RequestError):
    """A reply would be larger than one may be."""

    code = "REPLY_TOO_LARGE"
    status = 413


class UnsupportedTypeError(RequestError):
    """The body declares a content type that is not JSON."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415


class NoTextsError(RequestError):
    """An empty list of texts."""

    code = "NO_TEXTS"
    status = 422


class QueueFullError(RequestError):
    """More rows wait than the queue may hold."""

    code = "QUEUE_FULL"
    status = tfs_status = 429
    retry_after = 1


class NotReadyError(RequestError):
    """No version of the model can answer yet."""

    code = "NOT_READY"
    status = tfs_status = 503
    retry_after = 1


class ModelUnavailableError(RequestError):
    """Every version of the model was refused."""

    code = "MODEL_UNAVAILABLE"
    status = 503
    tfs_status = 404


class DeadlineError(RequestError):
    """The answer was not there in time."""

    code = "DEADLINE_EXCEEDED"
    status = tfs_status = 504


class FeedbackOffError(RequestError):
    """The service takes no feedback."""

    code = "FEEDBACK_OFF"
    status = 404


class AnswerNotFoundError(RequestError):
    """No answer to a request of that id is remembered."""

    code = "ANSWER_NOT_FOUND"
    status = 404


class AnswerExpiredError(RequestError):
    """The answer was given too long ago."""

    code = "ANSWER_EXPIRED"
    status = 410


class OtherModelError(RequestError):
    """Another model or version than the one named gave the answer."""

    code = "OTHER_MODEL"
    status = 409


class FeedbackGivenError(RequestError):
    """Another label was told before."""

    code = "FEEDBACK_GIVEN"
    status = 409


class UnknownLabelError(RequestError):
    """The model has no such label."""

    code = "UNKNOWN_LABEL"
    status = 422


class FeedbackUnsupportedError(RequestError):
    """Nothing can be learned from a label of this text."""

    code = "FEEDBACK_UNSUPPORTED"
    status = 422


class FeedbackUnavailableError(RequestError):
    """The feedback cannot be written down."""

    code = "FEEDBACK_UNAVAILABLE"
    status = 503


class BelowBaselineError(RequestError):
    """A version label must not go to a version that answers worse than its baseline."""

    code = "BELOW_BASELINE"
    status = tfs_status = 409


class VersionBrokenError(RequestError):
    """The files of a version are not those that were saved."""

    code = "VERSION_BROKEN"
    status = tfs_status = 409


class StateError(RequestError):
    """The version labels cannot be read or written."""

    code = "STATE_UNAVAILABLE"
    status = tfs_status = 503

"""What the routes take and give. The requests are checked against these; both appear in ``/openapi.json``."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from service import described

# As models.runtime.manifest has it, which the client, who needs these schemas, does without.
Task = Literal["classification", "multilabel", "tagging", "joint"]
Probability = Annotated[float, Field(ge=0.0, le=1.0)]


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


# JSON knows no integers: 2.0 is one too.
Whole = Annotated[int, BeforeValidator(_whole)]
# A limit behind the validator, or of a number or null, would be checked, but not described.
WholeFrom0 = Annotated[int, Field(ge=0), BeforeValidator(_whole)]
WholeFrom1 = Annotated[int, Field(ge=1), BeforeValidator(_whole)]
# Only the first fault is told: to collect millions of them takes seconds and gigabytes.
Texts = Annotated[list[str], Field(fail_fast=True)]


class PredictRequest(BaseModel):
    """One text or several, and who shall answer."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            **described.PREDICT,
            "example": {"texts": ["A wonderful film.", "Dull."]},
        },
    )

    text: str | None = Field(default=None, description="one text")
    texts: Texts | None = Field(default=None, description="several texts; instead of 'text'")
    model: str | None = Field(
        default=None, description="name of the model; may be left out where only one is served"
    )
    version: Whole | None = Field(
        default=None, description="default: the one labelled 'stable', else the newest loaded"
    )
    version_label: str | None = Field(default=None, description="version label; instead of 'version'")
    top: WholeFrom1 | None = Field(
        default=None, description="how many probabilities to list, highest first; default: all"
    )

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.text is None) == (self.texts is None):
            raise ValueError("give either 'text' or 'texts'")
        if self.version is not None and self.version_label is not None:
            raise ValueError("give 'version' or 'version_label', not both")
        return self


class Answered(BaseModel):
    """An answer that knows, in a client, which request brought it."""

    _origin: tuple[str, int] | None = PrivateAttr(default=None)

    @property
    def origin(self) -> tuple[str, int] | None:
        """The id of the request and the place of the text in it; None in a service."""
        return self._origin

    def came_from(self, request_id: str, index: int) -> None:
        """Notes the origin."""
        self._origin = (request_id, index)


class LabelScore(BaseModel):
    """A label and its probability."""

    label: str
    confidence: Probability


class Prediction(Answered):
    """The answer to one text."""

    label: str = Field(description="the most probable label, also where the model abstains")
    confidence: Probability = Field(description="its calibrated probability")
    margin: Probability = Field(description="its distance to the second most probable label")
    abstained: bool = Field(description="the model is not sure enough to answer, or the text is empty")
    labels: list[LabelScore] | None = Field(
        default=None, description="multilabel only: the labels that apply"
    )
    probabilities: dict[str, Probability] = Field(description="labels and their probabilities, highest first")
    tokens: int = Field(ge=0, description="tokens of the text before truncation")
    unknown_tokens: list[str] = Field(description="tokens of the text that training never saw")
    truncated: bool = Field(description="the text was longer than the model reads")


class Intent(BaseModel):
    """What a whole text is about."""

    name: str
    confidence: Probability


class Entity(BaseModel):
    """A stretch of a text with a meaning."""

    start: int = Field(ge=0, description="code points before it in the text as it was sent")
    end: int = Field(ge=0, description="the same of its end, exclusive")
    value: str = Field(description="what stands there")
    entity: str = Field(description="its type")
    confidence: Probability = Field(description="that an entity of this type stands exactly there")


class TaggedPrediction(Answered):
    """The answer of a tagging or joint model to one text."""

    intent: Intent | None = Field(default=None, description="joint models only")
    abstained: bool | None = Field(
        default=None, description="joint models only: the model is not sure enough of the intent"
    )
    entities: list[Entity] = Field(description="in the order of the text")
    tokens: int = Field(ge=0, description="tokens of the text before truncation")
    unknown_tokens: list[str] = Field(description="tokens of the text that training never saw")
    truncated: bool = Field(description="the text was longer than the model reads")


AnyPrediction = Prediction | TaggedPrediction
"""The second of a tagging or joint model."""


class PredictReply(BaseModel):
    """The predictions, in the order of the texts, and who made them."""

    model: str
    version: int
    task: Literal["classification", "multilabel", "tagging", "joint"]
    predictions: list[AnyPrediction]


class WordEffect(BaseModel):
    """A word that the model read; several in a row where a text is long."""

    start: int = Field(ge=0, description="where it begins in the text: Unicode code points")
    end: int = Field(ge=0, description="where it ends, exclusive")
    word: str
    effect: float = Field(
        ge=-1.0, le=1.0, description="the label's probability, minus its probability without the word"
    )
    unknown: bool = Field(default=False, description="training never saw it")


class PrefixAnswer(BaseModel):
    """The answer to the text up to a word."""

    end: int = Field(ge=0, description="where that word ends, exclusive")
    label: str
    confidence: Probability
    probabilities: dict[str, Probability]


class Explanation(BaseModel):
    """Why a text is answered as it is."""

    label: str = Field(description="the label that is explained: the most probable one")
    words: list[WordEffect]
    prefixes: list[PrefixAnswer] = Field(description="one a word; the last is the answer to the whole text")


class ExplainReply(BaseModel):
    """The explanations, in the order of the texts, and whose answers they explain."""

    model: str
    version: int
    task: Literal["classification", "multilabel"]
    explanations: list[Explanation]


class ErrorReply(BaseModel):
    """Why a request was not answered."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"error": "there is no model 'x'; there are: reviews", "code": "MODEL_NOT_FOUND"}
        }
    )

    error: str = Field(description="a sentence for a person")
    code: str = Field(description="the cause, for a program", pattern="^[A-Z_]+$")


class TfServingRequest(BaseModel):
    """TensorFlow Serving's predict request: rows in ``instances`` or columns in ``inputs``."""

    model_config = ConfigDict(
        json_schema_extra={
            **described.TFS_PREDICT,
            "example": {"instances": ["A wonderful film.", {"b64": "RHVsbC4="}]},
        }
    )

    signature_name: str | None = Field(
        default=None,
        description="'serving_default' or nothing",
        json_schema_extra={"enum": ["serving_default", "", None]},
    )
    instances: list[Any] | None = Field(default=None, description='texts, {"b64": text} or {"text": text}')
    inputs: Any = Field(default=None, description='a list of texts, or {"text": list of texts}')


class TfServingReply(BaseModel):
    """``predictions`` to ``instances``, ``outputs`` to ``inputs``."""

    predictions: list[Any] | None = None
    outputs: Any = None


class TfServingExamples(BaseModel):
    """TensorFlow Serving's classify and regress request: examples of named features, here ``text``."""

    model_config = ConfigDict(
        json_schema_extra={
            **described.TFS_EXAMPLES,
            "example": {"examples": [{"text": "A wonderful film."}, {"text": "Dull."}]},
        }
    )

    signature_name: str | None = Field(default=None, description="'classify', 'regress' or nothing")
    context: dict[str, Any] | None = Field(default=None, description="features that all examples share")
    examples: list[Any] = Field(
        description='{"text": text} or {"text": {"b64": text}}', json_schema_extra=described.EXAMPLES
    )


class ClassifyRequest(TfServingExamples):
    """TensorFlow Serving's classify request."""

    signature_name: str | None = Field(default=None, json_schema_extra={"enum": ["classify", "", None]})


class RegressRequest(TfServingExamples):
    """TensorFlow Serving's regress request."""

    signature_name: str | None = Field(default=None, json_schema_extra={"enum": ["regress", "", None]})


class ClassifyReply(BaseModel):
    """For each example the labels with their probabilities: ``[label, probability]``."""

    results: list[list[tuple[str, Probability]]]


class RegressReply(BaseModel):
    """For each example the probability of the second label."""

    results: list[Probability]


class TfServingStatus(BaseModel):
    """How TensorFlow Serving reports success or failure."""

    error_code: str
    error_message: str


class VersionStatus(BaseModel):
    """State of one version."""

    version: str
    state: Literal["START", "LOADING", "AVAILABLE", "UNLOADING", "END"]
    status: TfServingStatus


class ModelStatusReply(BaseModel):
    """State of the versions of a model, newest first."""

    model_version_status: list[VersionStatus]


class MetadataReply(BaseModel):
    """Signatures of a model."""

    model_spec: dict[str, str]
    metadata: dict[str, Any]


class LabelRequest(BaseModel):
    """The version that a version label shall have."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"example": {"version": 2}})

    version: Whole = Field(ge=1)
    accept_below_baseline: bool = Field(
        default=False, description="also where 'stable' goes to a version less accurate than its baseline"
    )


class LabelReply(BaseModel):
    """A version label that was moved."""

    model: str
    label: str
    version: int | None = Field(description="the version that has it; null: none")
    previous: int | None = Field(description="the version that had it before")
    pending: bool = Field(description="requests still get the previous one, until this one is loaded")


class ReloadReply(BaseModel):
    """Every worker has looked at the folder."""

    reloaded: bool
    models: list[str]


class LabelStatus(BaseModel):
    """Which version answers for a version label, and which shall as soon as it is loaded."""

    version: int | None
    pending: int | None


class LiveReply(BaseModel):
    """The process runs."""

    live: bool


class CandidateStatus(BaseModel):
    """A version that is tried beside the one that serves, or should be."""

    kind: Literal["canary", "shadow"]
    candidate: int | str = Field(description="the version or version label that the setting names")
    version: int | None
    percent: float | None = Field(description="its share of the requests, null for a shadow")
    state: Literal["LOADING", "TRIED", "WITHDRAWN", "MISSING"]
    reason: str = Field(description="why it was withdrawn, or cannot be tried")


class ReadyReply(BaseModel):
    """Whether requests can be answered, and the versions that do."""

    ready: bool
    models: dict[str, list[VersionStatus]]
    labels: dict[str, dict[str, LabelStatus]]
    candidates: dict[str, list[CandidateStatus]]


class OfferedVersion(BaseModel):
    """A version that answers, and what one needs to know to ask it."""

    version: int
    task: Task
    labels: list[str] = Field(description="what it can answer")
    unit: Literal["word", "character"] = Field(description="what it reads as one token")
    segmenter: Literal["jieba"] | None = Field(description="what finds the words where no space stands")
    max_length: int = Field(ge=1, description="tokens that it reads of a text")
    truncate: Literal["head", "tail", "head+tail"] = Field(description="which part of a longer text it reads")
    abstain_below: Probability = Field(description="with less confidence it abstains")
    explained: bool = Field(description="whether /explain answers for it")
    examples: list[str] = Field(description="texts to try it with")


class OfferedModel(BaseModel):
    """A model that answers, and its loaded versions."""

    name: str
    version: int = Field(description="the one that answers where a request names none")
    version_labels: dict[str, int]
    versions: list[OfferedVersion] = Field(description="newest first")


class RequestLimits(BaseModel):
    """What a request may hold."""

    texts: int = Field(description="texts of one request")
    characters: int = Field(description="characters of one text")
    body: int = Field(description="bytes of a body")
    timeout_s: float = Field(description="seconds that it may wait for its answer")


class ModelsReply(BaseModel):
    """Every model that answers."""

    default_model: str | None = Field(description="answers where a request names none of several")
    limits: RequestLimits
    feedback: bool = Field(description="whether POST /feedback takes the right labels of answers")
    models: list[OfferedModel]

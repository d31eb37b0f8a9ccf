"""What the routes of the Open Inference Protocol take and give."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, field_validator

from service import described
from service.schemas import Whole

# More than any request needs: a body full of them would take seconds to check.
_MOST_PARAMETERS = 64
_MOST_INPUTS = _MOST_OUTPUTS = 64


def _few(value: Any) -> Any:
    if isinstance(value, dict) and len(value) > _MOST_PARAMETERS:
        raise ValueError(f"there are {len(value)} parameters; at most {_MOST_PARAMETERS} are allowed")
    return value


Parameters = Annotated[
    dict[str, bool | int | float | str],
    # A limit of the field is looked at after all values.
    BeforeValidator(_few),
    Field(json_schema_extra={"maxProperties": _MOST_PARAMETERS}),
]
Dimension = Whole


class InputTensor(BaseModel):
    """A tensor of a request. Its data follow the JSON object where ``binary_data_size`` is given."""

    model_config = ConfigDict(strict=True, json_schema_extra={"allOf": [described.TENSOR]})

    name: str
    shape: list[Dimension] = Field(fail_fast=True)
    datatype: str
    parameters: Parameters = {}
    data: list[Any] | None = None


class RequestedOutput(BaseModel):
    """An output that shall be in the reply."""

    name: str
    parameters: Parameters = {}


class InferRequest(BaseModel):
    """Texts, as a tensor of strings."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "42",
                "inputs": [
                    {
                        "name": "text",
                        "shape": [2],
                        "datatype": "BYTES",
                        "data": ["A wonderful film.", "Dull."],
                    }
                ],
                "outputs": [{"name": "label"}, {"name": "confidence"}],
            }
        }
    )

    id: str | None = None
    parameters: Parameters = {}
    inputs: list[InputTensor] = Field(
        max_length=_MOST_INPUTS, fail_fast=True, json_schema_extra={"minItems": 1, "maxItems": 1}
    )
    outputs: Annotated[list[RequestedOutput], Field(max_length=_MOST_OUTPUTS, fail_fast=True)] | None = Field(
        default=None, description="each once; default: all"
    )


class OutputTensor(BaseModel):
    """A tensor of a reply."""

    name: str
    shape: list[Dimension]
    datatype: str
    parameters: Parameters | None = None
    data: list[Any] | None = None


class InferReply(BaseModel):
    """The outputs asked for, or all."""

    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[OutputTensor]


class TensorMetadata(BaseModel):
    """A tensor that a model takes or gives; -1 stands for any number."""

    name: str
    datatype: str
    shape: list[int]


class ModelMetadata(BaseModel):
    """What a model takes and gives."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class ServerMetadata(BaseModel):
    """What answers here."""

    name: str
    version: str
    extensions: list[str]


class ServerHealth(BaseModel):
    """Whether the service lives and can answer."""

    live: bool
    ready: bool | None = None


class ModelReady(BaseModel):
    """Whether a model can answer."""

    name: str
    ready: bool


class IndexRequest(BaseModel):
    """Which models shall be listed."""

    model_config = ConfigDict(strict=True)

    ready: bool = Field(default=False, description="only those that can answer")


class IndexEntry(BaseModel):
    """A version of a model: READY, LOADING, UNLOADING or UNAVAILABLE, and why."""

    name: str
    version: str
    state: str
    reason: str


class Index(RootModel[list[IndexEntry]]):
    """All versions of all models."""


class LoadRequest(BaseModel):
    """A model is loaded as its folder holds it: what else Triton takes, ``config`` and files, is refused."""

    parameters: dict[str, Any] = Field(default={}, json_schema_extra={"maxProperties": 0})

    @field_validator("parameters")
    @classmethod
    def _none(cls, parameters: dict[str, Any]) -> dict[str, Any]:
        for name in parameters:
            raise ValueError(f"{name!r} is not supported; a model is loaded as its folder holds it")
        return parameters


class UnloadRequest(BaseModel):
    """Parameters of the protocol, which mean nothing here: no model depends on another."""

    parameters: dict[str, Any] = {}


class Done(BaseModel):
    """An empty object."""

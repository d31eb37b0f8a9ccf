"""``.../infer``: texts in, the outputs asked for back."""

from collections.abc import Sequence
from typing import Any

from models.runtime.manifest import Manifest
from service.body import dump_json
from service.errors import InvalidRequestError
from service.handlers import Handlers, Trace
from service.openinference.outputs import output_names, output_tensor, values_by_label
from service.openinference.schemas import InferRequest, RequestedOutput
from service.openinference.tensors import read_texts

INPUT = "text"
_BINARY, _ALL_BINARY = "binary_data", "binary_data_output"


def infer(
    handlers: Handlers, name: str, version: int | None, request: InferRequest, binary: bytes, trace: Trace
) -> tuple[bytes, bytes | None]:
    """The JSON of the reply, and the tensors behind it; None where all of them are JSON.

    Args:
        binary: the tensors that came behind the JSON of the request.

    Raises:
        RequestError: the request cannot be answered.
    """
    if len(request.inputs) != 1 or request.inputs[0].name != INPUT:
        raise InvalidRequestError(f"the request must have one input, {INPUT!r}")
    if binary and request.inputs[0].data is not None:
        raise InvalidRequestError("there are bytes behind the JSON that no input claims")
    texts = read_texts(request.inputs[0], binary)
    loaded, predictions = handlers.answer(
        texts,
        trace,
        name,
        version=version,
        check=lambda manifest: _check_outputs(request.outputs, manifest),
        listed=lambda manifest: values_by_label(
            [each.name for each in _wanted(request.outputs, manifest)], manifest
        ),
    )
    manifest = loaded.predictor.manifest
    wanted = _wanted(request.outputs, manifest)
    outputs: list[dict[str, Any]] = []
    tensors: list[bytes] = []
    for each in wanted:
        tensor = output_tensor(each.name, predictions, manifest)
        if each.parameters.get(_BINARY, request.parameters.get(_ALL_BINARY, False)) is True:
            head, data = tensor.as_binary()
            outputs.append(head)
            tensors.append(data)
        else:
            outputs.append(tensor.as_json())
    body = {"model_name": loaded.name, "model_version": str(loaded.version), "outputs": outputs}
    if request.id is not None:
        body["id"] = request.id
    return dump_json(body), b"".join(tensors) if tensors else None


def _wanted(asked: Sequence[RequestedOutput] | None, manifest: Manifest) -> Sequence[RequestedOutput]:
    return asked or [RequestedOutput(name=each) for each in output_names(manifest)]


def _check_outputs(wanted: Sequence[RequestedOutput] | None, manifest: Manifest) -> None:
    known = output_names(manifest)
    seen: set[str] = set()
    for each in wanted or ():
        if each.name not in known:
            raise InvalidRequestError(f"there is no output {each.name!r}; there are: {', '.join(known)}")
        if each.name in seen:
            raise InvalidRequestError(f"the output {each.name!r} is asked for twice")
        seen.add(each.name)
        if "classification" in each.parameters:
            raise InvalidRequestError("the classification extension is not supported; ask for 'label'")

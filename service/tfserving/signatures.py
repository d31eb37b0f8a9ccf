"""The signatures of a model, as its SavedModel has them."""

from typing import Any

from models.runtime.manifest import TAGGING, Manifest

SERVING_DEFAULT = "serving_default"
INPUT = "text"
CLASSIFY, REGRESS = "classify", "regress"
_METHOD = "tensorflow/serving/"
METHODS = {
    SERVING_DEFAULT: f"{_METHOD}predict",
    "ids": f"{_METHOD}predict",
    CLASSIFY: f"{_METHOD}classify",
    REGRESS: f"{_METHOD}regress",
}

# Of an output: its type and its shape.
_Output = tuple[str, tuple[int, ...]]


def signature_names(manifest: Manifest) -> list[str]:
    """Signatures of the model, sorted, which is the order in which they were saved."""
    names = ["ids", SERVING_DEFAULT]
    if manifest.task in ("classification", "multilabel"):
        names.append(CLASSIFY)
    if manifest.task == "classification" and len(manifest.labels) == 2:
        names.append(REGRESS)
    return sorted(names)


def signature_defs(manifest: Manifest) -> dict[str, Any]:
    """The signatures that this service answers, in TensorFlow Serving's form."""
    names = signature_names(manifest)
    return {
        name: _definition(name, names.index(name), outputs)
        for name, outputs in _outputs(manifest).items()
        if name in names
    }


def _outputs(manifest: Manifest) -> dict[str, dict[str, _Output]]:
    if manifest.task in TAGGING:
        return {SERVING_DEFAULT: _tagging_outputs(manifest)}
    classes = len(manifest.labels)
    default: dict[str, _Output] = {"probabilities": ("DT_FLOAT", (-1, classes))}
    if manifest.task == "classification":
        default |= {"confidence": ("DT_FLOAT", (-1,)), "label": ("DT_STRING", (-1,))}
    return {
        SERVING_DEFAULT: default,
        CLASSIFY: {"classes": ("DT_STRING", (-1, classes)), "scores": ("DT_FLOAT", (-1, classes))},
        REGRESS: {"outputs": ("DT_FLOAT", (-1,))},
    }


def _tagging_outputs(manifest: Manifest) -> dict[str, _Output]:
    outputs: dict[str, _Output] = {
        "confidence": ("DT_FLOAT", (-1, -1)),
        "tags": ("DT_STRING", (-1, -1)),
        "tokens": ("DT_STRING", (-1, -1)),
    }
    if manifest.task == "joint":
        outputs |= {"intent": ("DT_STRING", (-1,)), "intent_confidence": ("DT_FLOAT", (-1,))}
    return outputs


def _definition(name: str, index: int, outputs: dict[str, _Output]) -> dict[str, Any]:
    given = INPUT if name == SERVING_DEFAULT else "inputs"
    call = f"StatefulPartitionedCall_{index}" if index else "StatefulPartitionedCall"
    return {
        "inputs": {given: _tensor("DT_STRING", f"{name}_{given}:0", -1)},
        "outputs": {
            output: _tensor(dtype, f"{call}:{place}", *shape)
            for place, (output, (dtype, shape)) in enumerate(sorted(outputs.items()))
        },
        "method_name": METHODS[name],
        "defaults": {},
    }


def _tensor(dtype: str, name: str, *shape: int) -> dict[str, Any]:
    dimensions = [{"size": str(size), "name": ""} for size in shape]
    return {"dtype": dtype, "tensor_shape": {"dim": dimensions, "unknown_rank": False}, "name": name}

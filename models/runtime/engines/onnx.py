"""The fast engine: ONNX Runtime on the graph that was saved beside the SavedModel. Needs no TensorFlow."""

from pathlib import Path
from typing import Any, Literal

from models.errors import ArtifactError, EngramError
from models.runtime.engines.base import Ids, Outputs
from models.runtime.telemetry import import_onnxruntime

OnnxName = Literal["onnx", "onnx-int8"]
FILES: dict[OnnxName, str] = {"onnx": "model.onnx", "onnx-int8": "model.int8.onnx"}

_WANTED: dict[OnnxName, str] = {"onnx": "output.onnx=true", "onnx-int8": "output.onnx=int8"}
_INPUTS = {"ids": "tensor(int32)", "lengths": "tensor(int32)"}
_CHARACTERS = {"characters": "tensor(int32)"}
_OUTPUT_TYPE = "tensor(float)"
# Each error is raised too: logged as well, it would stand there twice.
_SILENT = 4
# What a call computes with has to stay in the processor's cache: 400 rows of up to 200 tokens take 1.4 times
# as long at 32,768 (64 units, both directions).
_MOST_CELLS = 2048


class OnnxEngine:
    """Runs ``model.onnx``, or ``model.int8.onnx``. ONNX Runtime is imported when one is loaded, not before.

    A call computes in the thread that makes it: a service has many callers, who share the cores.
    """

    def __init__(self, folder: Path, name: OnnxName = "onnx", threads: int = 1) -> None:
        """Loads the model file in ``folder``.

        Args:
            folder: the artifact.
            name: "onnx", or "onnx-int8" for the file with the 8-bit table.
            threads: how many threads compute one call.

        Raises:
            ArtifactError: the file is missing, cannot be loaded or has other inputs than a model of Engram.
            EngramError: ONNX Runtime is not installed.
        """
        self.name = name
        self.most_cells = _MOST_CELLS
        self._path = path = folder / FILES[name]
        if not path.is_file():
            raise ArtifactError(
                f"{folder} has no {FILES[name]}, which the engine {name!r} needs; "
                f"train it with --set {_WANTED[name]}, or use another engine."
            )
        self._session = _session(path, threads)
        self._outputs = _checked_outputs(path, self._session)

    def run(self, ids: Ids, lengths: Ids, characters: Ids | None = None) -> Outputs:
        """See :class:`models.runtime.engines.base.Engine`."""
        inputs = {"ids": ids, "lengths": lengths}
        if characters is not None:
            inputs["characters"] = characters
        try:
            values = self._session.run(self._outputs, inputs)
        except Exception as error:
            raise ArtifactError(f"{self._path} cannot answer: {_one_line(error)}.") from error
        return dict(zip(self._outputs, values, strict=True))


def _session(path: Path, threads: int) -> Any:
    try:
        onnxruntime = import_onnxruntime()
    except ImportError as error:
        raise EngramError(
            "The engines onnx and onnx-int8 need the package onnxruntime, which is not installed "
            f"({error}); install it with pip install onnxruntime, or use the engine savedmodel."
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Both keep memory for shapes seen before, and here nearly every batch has another one: without them a
    # worker gives back what a long batch took, and is no slower.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = _SILENT
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's errors share no class of their own
        raise ArtifactError(f"{path} cannot be loaded: {_one_line(error)}.") from error


def _checked_outputs(path: Path, session: Any) -> list[str]:
    """Names of the outputs."""
    inputs = {value.name: value.type for value in session.get_inputs()}
    if inputs not in (_INPUTS, _INPUTS | _CHARACTERS):
        raise ArtifactError(f"{path} has the inputs {inputs}; a model of Engram has {_INPUTS}.")
    outputs = {value.name: value.type for value in session.get_outputs()}
    if set(outputs.values()) != {_OUTPUT_TYPE}:
        raise ArtifactError(f"{path} has the outputs {outputs}; a model of Engram has {_OUTPUT_TYPE} only.")
    return list(outputs)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300].rstrip(".")

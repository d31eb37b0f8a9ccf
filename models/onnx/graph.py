"""A graph under construction. A value is known by its name, as in ONNX itself."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

# The newest that current runtimes read: the onnx package would write a later one by default.
IR_VERSION = 10
OPSET = 22

Value = str
Body = Callable[[list[Value], list[Value]], tuple[list[Value], list[Value]]]
"""States and inputs of one step -> new states and outputs of that step."""


class Graph:
    """Collects nodes and constants, and names what they compute."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._count = 0
        self._constants: dict[Value, onnx.TensorProto] = {}
        self._scope = ""

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Puts ``name`` and a dot before the names of the weights added inside of it."""
        self._scope = f"{name}."
        yield
        self._scope = ""

    def node(self, operator: str, *inputs: Value, **attributes: Any) -> Value:
        """Adds a node with one output; an input that is left out is ``""``."""
        return self.node_with_outputs(operator, *inputs, outputs=1, **attributes)[0]

    def node_with_outputs(
        self, operator: str, *inputs: Value, outputs: int, **attributes: Any
    ) -> tuple[Value, ...]:
        """Adds a node with ``outputs`` outputs."""
        name = f"{operator}_{self._next()}"
        names = tuple(f"{name}:{number}" for number in range(outputs))
        self._nodes.append(helper.make_node(operator, inputs, names, name=name, **attributes))
        return names

    def _next(self) -> int:
        self._count += 1
        return self._count - 1

    def scan(
        self, body: Body, states: Sequence[Value], inputs: Sequence[tuple[Value, int]], reverse: bool
    ) -> tuple[list[Value], list[Value]]:
        """Adds a loop over time.

        Args:
            body: adds the nodes of one step; it may use values from outside of the loop.
            states: float32 values before the first step.
            inputs: values [time, ...] with their element type.
            reverse: begin with the last step; outputs stand in reading order all the same.

        Returns:
            The states after the last step, and each output of all steps, [time, ...].
        """
        prefix = f"scan_{self._next()}"
        before = [f"{prefix}:state_{number}" for number in range(len(states))]
        read = [f"{prefix}:input_{number}" for number in range(len(inputs))]
        outside, self._nodes = self._nodes, []
        after, written = body(before, read)
        inside, self._nodes = self._nodes, outside
        types = [onnx.TensorProto.FLOAT] * len(before) + [element for _, element in inputs]
        step = helper.make_graph(
            inside,
            prefix,
            [
                helper.make_tensor_value_info(name, element, None)
                for name, element in zip([*before, *read], types, strict=True)
            ],
            [
                helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
                for name in (*after, *written)
            ],
        )
        values = self.node_with_outputs(
            "Scan",
            *states,
            *(value for value, _ in inputs),
            outputs=len(after) + len(written),
            body=step,
            num_scan_inputs=len(inputs),
            scan_input_directions=[int(reverse)] * len(inputs),
            scan_output_directions=[int(reverse)] * len(written),
        )
        return list(values[: len(after)]), list(values[len(after) :])

    def weight(self, name: str, array: npt.NDArray[Any]) -> Value:
        """Adds an array under a name of its own."""
        return self._store(self._scope + name, array)

    def constant(self, value: float | Sequence[int], dtype: type[np.generic] = np.float32) -> Value:
        """Adds a small constant; equal ones are stored once."""
        array = np.asarray(value, dtype=dtype)
        return self._store(f"{array.dtype} {array.tolist()}", array)

    def _store(self, name: str, array: npt.NDArray[Any]) -> Value:
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def integers(self, value: int | Sequence[int]) -> Value:
        """Adds int64 numbers, as operators take for shapes and axes."""
        return self.constant(value, np.int64)

    def model(
        self, inputs: Sequence[onnx.ValueInfoProto], outputs: dict[str, tuple[Value, Sequence[int | str]]]
    ) -> onnx.ModelProto:
        """The finished model.

        Args:
            inputs: what the graph is given.
            outputs: by the name a caller asks for: the value, a float32 tensor, and its shape.
        """
        for name, (value, _) in outputs.items():
            self._nodes.append(helper.make_node("Identity", [value], [name], name=name))
        results = [
            helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, list(shape))
            for name, (_, shape) in outputs.items()
        ]
        graph = helper.make_graph(
            self._nodes, "network", list(inputs), results, list(self._constants.values())
        )
        return helper.make_model(
            graph,
            ir_version=IR_VERSION,
            opset_imports=[helper.make_opsetid("", OPSET)],
            producer_name="engram",
        )

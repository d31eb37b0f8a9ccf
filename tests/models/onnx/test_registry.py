"""Every part a config may choose has an ONNX twin."""

from models.networks.registry import PARTS
from models.onnx.registry import CELLS, HEADS, INPUTS, POOLINGS, WIDES


def test_every_part_has_a_twin_of_the_same_name() -> None:
    twins = {"input": INPUTS, "cell": CELLS, "pooling": POOLINGS, "head": HEADS, "wide": WIDES}
    assert {kind: set(parts) for kind, parts in twins.items()} == {
        kind: set(parts) for kind, parts in PARTS.items()
    }

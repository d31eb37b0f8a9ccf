"""The labels inside a SavedModel, found without TensorFlow.

They are a constant of its graph: a protocol buffer holds the strings of a tensor one behind the other, each
with its field number and its length. So the labels of a manifest, in their order, are one run of bytes.
"""

from collections.abc import Sequence
from pathlib import Path

from models.errors import ArtifactError
from models.runtime.manifest import Manifest
from models.text.tags import tag_names

SAVED_MODEL = "saved_model.pb"
# tensorflow/core/framework/tensor.proto: TensorProto.string_val is field 8, of bytes (wire type 2).
_STRING_VALUE = bytes([8 << 3 | 2])
# The signature that names the labels of multilabel models; the first of them had none.
_CLASSIFY = b"tensorflow/serving/classify"


def check_labels(manifest: Manifest, folder: Path) -> None:
    """Compares the labels and tags of a manifest with those in the graph it was saved with.

    Raises:
        ArtifactError: the graph has others, or has them in another order.
    """
    graph = (folder / SAVED_MODEL).read_bytes()
    wanted = {"labels": manifest.labels}
    if manifest.task == "tagging" or (manifest.task == "multilabel" and _CLASSIFY not in graph):
        wanted = {}
    if manifest.tagging is not None:
        wanted["tagging.entities"] = tag_names(manifest.tagging.entities)
    for field, names in wanted.items():
        if _as_constant(names) not in graph:
            raise ArtifactError(
                f"{folder}: the {field} of its manifest are not those of its {SAVED_MODEL}, or stand in "
                "another order."
            )


def _as_constant(names: Sequence[str]) -> bytes:
    content = [name.encode("utf-8") for name in names]
    return b"".join(_STRING_VALUE + _varint(len(each)) + each for each in content)


def _varint(number: int) -> bytes:
    """A number in seven bits a byte, the lowest first; all but the last byte have the highest bit."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])

"""What the parts of a manifest must have in common before anything is answered by it."""

from collections.abc import Iterator, Sequence

from models.errors import ArtifactError
from models.runtime.manifest import TAGGING, Manifest
from models.text.tags import tag_names

LEAST_GOLDEN = 8
"""How many golden examples a saved model has at least."""


def check_manifest(manifest: Manifest, where: object) -> None:
    """Compares labels, task, thresholds and golden examples with one another.

    Args:
        manifest: of a saved model.
        where: its file, for the message.

    Raises:
        ArtifactError: they do not belong together.
    """
    for problem in _problems(manifest):
        raise ArtifactError(f"{where} is no manifest of a whole model: {problem}.")


def _problems(manifest: Manifest) -> Iterator[str]:
    yield from _of_names("labels", manifest.labels)
    trained_for = manifest.config.get("task", manifest.task)
    if trained_for != manifest.task:
        yield f"task is {manifest.task!r}, but the config it was trained with says {trained_for!r}"
    if manifest.task in TAGGING:
        yield from _of_tagging(manifest)
    elif manifest.tagging is not None:
        yield f"task is {manifest.task!r}, but it names entities, which only a tagging or joint model has"
    yield from _of_thresholds(manifest)
    if len(manifest.golden) < LEAST_GOLDEN:
        yield f"it has {len(manifest.golden)} golden examples; at least {LEAST_GOLDEN} are needed"
    yield from _of_golden(manifest)


def _of_names(field: str, names: Sequence[str]) -> Iterator[str]:
    if not names:
        yield f"{field} is empty"
    if not all(names):
        yield f"{field} holds an empty name"
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        yield f"{field} holds {twice!r} twice"


def _of_tagging(manifest: Manifest) -> Iterator[str]:
    if manifest.tagging is None:
        yield f"task is {manifest.task!r}, but it names no entities"
        return
    entities = manifest.tagging.entities
    yield from _of_names("tagging.entities", entities)
    if manifest.task == "tagging" and manifest.labels != entities:
        yield (
            f"labels ({', '.join(manifest.labels)}) are not the entity types of tagging.entities "
            f"({', '.join(entities)})"
        )


def _of_thresholds(manifest: Manifest) -> Iterator[str]:
    thresholds = manifest.calibration.thresholds
    if manifest.task != "multilabel":
        if thresholds is not None:
            yield f"task is {manifest.task!r}, but it has thresholds, which only a multilabel model has"
    elif thresholds is None:
        yield "task is 'multilabel', but calibration.thresholds is missing"
    elif len(thresholds) != len(manifest.labels):
        yield f"it has {len(manifest.labels)} labels, but {len(thresholds)} thresholds"


def _of_golden(manifest: Manifest) -> Iterator[str]:
    """Each example has the outputs of every model file, of the sizes that labels and tags ask for."""
    engines = manifest.golden[0].outputs.keys() if manifest.golden else set()
    if "savedmodel" not in engines:
        yield "golden example 1 has no outputs of the SavedModel"
    for number, example in enumerate(manifest.golden, start=1):
        if example.outputs.keys() != engines:
            yield f"golden example {number} has outputs of other model files than golden example 1"
        wanted = output_sizes(manifest, len(example.ids))
        for engine, outputs in example.outputs.items():
            found = {name: len(values) for name, values in outputs.items()}
            if found != wanted:
                yield (
                    f"golden example {number} has outputs of the sizes {found} for engine {engine!r}; its "
                    f"labels and task ask for {wanted}"
                )


def output_sizes(manifest: Manifest, tokens: int) -> dict[str, int]:
    """How many numbers each raw output of one text has that a golden example remembers.

    Args:
        tokens: ids of the text.
    """
    if manifest.tagging is None:
        return {"logits": len(manifest.labels)}
    sizes = {"emissions": tokens * len(tag_names(manifest.tagging.entities))}
    return sizes | {"intent_logits": len(manifest.labels)} if manifest.task == "joint" else sizes

"""Example texts of entity types that are taken for one another."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from training.report.cells import MOST_CELLS, TEXTS
from training.report.marked import Example, example
from training.report.tagging_material import TaggingMaterial
from training.tagging.figures import side_by_side

NONE = "none"


@dataclass(frozen=True, slots=True)
class TypeCell:
    """``count`` entities of type ``label`` that were answered ``answer``, and texts with them."""

    id: str
    label: str
    answer: str
    count: int
    examples: tuple[Example, ...]


def type_cells(material: TaggingMaterial) -> dict[str, TypeCell]:
    """The largest wrong cells of the table of types by id, the most entities first."""
    assert material.manifest.tagging is not None
    place = {entity: number for number, entity in enumerate([*material.manifest.tagging.entities, NONE])}
    counts: Counter[tuple[str, str]] = Counter()
    rows: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row, (gold, said) in enumerate(zip(material.gold, material.answers.spans, strict=True)):
        for entity, answer in side_by_side(gold, said):
            pair = (NONE if entity is None else entity, NONE if answer is None else answer)
            if pair[0] != pair[1] and pair[0] in place:
                counts[pair] += 1
                rows[pair] += [row] * (row not in rows[pair][-1:])
    found = {}
    for (label, answer), count in counts.most_common(MOST_CELLS):
        id = f"type-{place[label]}-{place[answer]}"
        texts = tuple(example(material, row) for row in rows[label, answer][:TEXTS])
        found[id] = TypeCell(id, label, answer, count, texts)
    return found

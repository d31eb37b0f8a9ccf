from itertools import combinations, product

from benchmarks.combinations import every, pairwise
from models.networks.registry import PARTS


def test_every_combination_of_the_registry_stands_once() -> None:
    found = every()
    assert len(found) == 4 * len(PARTS["input"]) * len(PARTS["cell"]) * len(PARTS["pooling"])
    assert len(set(found)) == len(found)


def test_the_small_set_holds_every_pair_and_is_small() -> None:
    values = {
        "input": PARTS["input"],
        "cell": PARTS["cell"],
        "bidirectional": (False, True),
        "layers": (1, 2),
        "pooling": PARTS["pooling"],
    }
    chosen = [each.fields for each in pairwise()]
    for first, second in combinations(values, 2):
        found = {(each[first], each[second]) for each in chosen}
        assert found == set(product(values[first], values[second]))
    assert len(chosen) <= 1.2 * len(PARTS["cell"]) * len(PARTS["pooling"])

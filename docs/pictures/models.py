"""The models that the pictures show: those of the examples are trained where they are missing.

The two reading curves need models of the benchmarks, whose data is not fetched from here:
``python -m benchmarks.quality SET --data FOLDER --artifacts build/pictures`` with the sets ``sst2`` and
``online_shopping_10_cats``.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from examples.flights.grammar import write as write_flights
from models.runtime.version_labels import write_version_labels

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one version is made.

    Attributes:
        name: of the model; its versions come in the order of the recipes.
        config: below the folder of the examples.
        changes: ``section.key=value`` that the config does not hold.
        make_data: makes what the config reads; else `make` has fetched it.
    """

    name: str
    config: str
    changes: tuple[str, ...] = ()
    make_data: Callable[[], None] | None = None


BENCHMARKS = ("sst2", "online_shopping_10_cats")
"""Models of the benchmarks, which are not trained here."""
RECIPES = (
    Recipe("reviews", "reviews.toml"),
    # A cheap one to compare it with: the recurrent network alone, on the ends of the texts, after one epoch.
    Recipe("reviews", "reviews.toml", ("model.wide=false", "text.max_length=60", "training.epochs=1")),
    Recipe("chinese-reviews", "chinese.toml"),
    Recipe("flights", "flights/flights.toml", make_data=lambda: write_flights(ROOT / "data" / "flights")),
)


def train_missing(folder: Path, names: Collection[str]) -> None:
    """Trains each version of the named models that ``folder`` lacks; takes minutes for each.

    Raises:
        subprocess.CalledProcessError: a training failed; it has said why.
    """
    done: dict[str, int] = {}
    for recipe in RECIPES:
        version = done[recipe.name] = done.get(recipe.name, 0) + 1
        if recipe.name not in names or (folder / recipe.name / str(version)).is_dir():
            continue
        if recipe.make_data:
            recipe.make_data()
        command = [sys.executable, "-m", "training", "train", str(ROOT / "examples" / recipe.config)]
        for change in (*recipe.changes, f"output.artifacts={json.dumps(str(folder))}"):
            command += ["--set", change]
        subprocess.run(command, cwd=ROOT, check=True)
    if "reviews" in names:
        # Without a version label only the newest is served.
        write_version_labels(folder, {"reviews": {"stable": 1, "next": 2}})

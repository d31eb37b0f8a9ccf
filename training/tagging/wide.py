"""The linear side of a joint network's intents, by ``training.wide`` and ``training.blend``."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras

from models.networks.tagger_spec import TaggerSpec
from models.networks.wide.blend import add_wide
from training.blend import Blend, blend_facts, blend_sides
from training.config import Config
from training.progress import Reporter
from training.tagging.encode import ID, TaggedPart
from training.tagging.fit import Outputs
from training.vectors.cache import FOLDER
from training.wide import WideSide, kept_wide


def fit_wide_intents(
    config: Config, parts: Mapping[str, TaggedPart], intents: int, reporter: Reporter
) -> WideSide:
    """Fits the side on train, its penalty on dev, or takes that of an earlier run on the same data."""
    side, kept = kept_wide(
        config.output.artifacts / FOLDER,
        "classification",
        {name: [row[:, ID] for row in part.rows] for name, part in parts.items()},
        {name: part.intents for name, part in parts.items()},
        intents,
    )
    reporter.say(side.sentence(kept=kept))
    return side


def blend_intents(
    config: Config,
    model: keras.Model,
    spec: TaggerSpec,
    side: WideSide,
    parts: Mapping[str, TaggedPart],
    outputs: Mapping[str, Outputs],
) -> tuple[Blend, dict[str, Outputs]]:
    """Puts a fitted side beside the intents of a trained network.

    Args:
        model: without a wide side.
        spec: with it.
        outputs: of ``model`` for the parts that are judged, dev among them.

    Returns:
        the network of both sides, and what it says of the same parts.
    """
    blend = blend_sides(
        "classification",
        add_wide(model, spec.of_intents, seed=0),
        side,
        {name: [row[:, ID] for row in parts[name].rows] for name in outputs},
        {name: found.intent_logits for name, found in outputs.items()},
        parts["dev"].intents,
        config.calibration,
    )
    both = blend.logits["blend"]
    return blend, {name: replace(found, intent_logits=both[name]) for name, found in outputs.items()}


def intent_sides(side: WideSide, blend: Blend, parts: Mapping[str, TaggedPart]) -> dict[str, Any]:
    """What the manifest tells of both sides; accuracy is that of the intents."""
    targets = {name: part.intents for name, part in parts.items()}
    return blend_facts("classification", side, blend, targets, missed={})

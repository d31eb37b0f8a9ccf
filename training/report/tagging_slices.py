"""How a tagging model and its baseline do on parts of the judged texts."""

from models.runtime.manifest import Manifest
from training.report.slices import Slice
from training.report.tagging_material import TaggingMaterial
from training.robustness import LENGTH, UNKNOWN_WORDS, length_parts, unknown_parts
from training.tagging.figures import f1_interval, span_counts


def tagging_slices(material: TaggingMaterial) -> list[Slice]:
    """F1 of the entities by length and unknown words, the network's with a bootstrap interval."""
    manifest: Manifest = material.manifest
    assert manifest.tagging is not None
    entities = manifest.tagging.entities
    ours = span_counts(material.gold, material.answers.spans, entities)
    theirs = span_counts(material.gold, material.baseline.spans, entities)
    groups = {LENGTH: length_parts(material.lengths), UNKNOWN_WORDS: unknown_parts(material.unknown)}
    found = []
    for group, parts in groups.items():
        for name, chosen in parts.items():
            if chosen.any() and not chosen.all():
                seed = int(manifest.config.get("seed", 0))
                network, baseline = (f1_interval(counts, chosen, seed) for counts in (ours, theirs))
                figures = {"network": network.value, "baseline": baseline.value}
                margin = network.value - baseline.value
                found.append(Slice(group, name, int(chosen.sum()), figures, network, margin))
    return found

"""What is served, told so that a page can offer it: models, their versions, labels and texts to try."""

from typing import Any

from models.runtime.explain import EXPLAINED_TASKS
from models.runtime.manifest import Manifest
from service.repository import Repository
from service.settings import Settings

_MOST_EXAMPLES = 6
_LONGEST_EXAMPLE = 600
# The texts of all lengths stand first among the golden examples, the odd ones last.
_PLAIN_GOLDEN = 8


def describe_models(repository: Repository, settings: Settings) -> dict[str, Any]:
    """The JSON form of every model that answers, and of the limits of a request."""
    return {
        "default_model": settings.default_model,
        "limits": {
            "texts": settings.max_texts,
            "characters": settings.max_characters,
            "body": settings.max_body,
            "timeout_s": settings.timeout_s,
        },
        "feedback": settings.feedback is not None,
        "models": [
            {
                "name": model.name,
                "version": model.serves,
                "version_labels": model.labels,
                "versions": [_describe(manifest) for manifest in model.manifests],
            }
            for model in repository.offers()
        ],
    }


def example_texts(manifest: Manifest) -> list[str]:
    """Texts to try a model with; of a model that was saved without, some of its golden examples."""
    texts = manifest.examples or [example.text for example in manifest.golden[:_PLAIN_GOLDEN]]
    readable = [text for text in texts if text.strip() and len(text) <= _LONGEST_EXAMPLE]
    return list(dict.fromkeys(readable))[:_MOST_EXAMPLES]


def _describe(manifest: Manifest) -> dict[str, Any]:
    return {
        "version": manifest.version,
        "task": manifest.task,
        "labels": manifest.labels,
        "unit": manifest.text.unit,
        "segmenter": manifest.text.segmenter,
        "max_length": manifest.text.max_length,
        "truncate": manifest.text.truncate,
        "abstain_below": manifest.calibration.abstain_below,
        "explained": manifest.task in EXPLAINED_TASKS,
        "examples": example_texts(manifest),
    }

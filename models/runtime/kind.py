"""What kind of model one is, said to a person."""

from models.runtime.manifest import Task

_GIVES: dict[Task, str] = {
    "classification": "a classification model (one label a text)",
    "multilabel": "a multilabel model (any number of labels a text)",
    "tagging": "a tagging model (entities)",
    "joint": "a joint model (intents and entities)",
}


def kind_of(task: Task) -> str:
    """A model of this task, with its article: "a joint model (intents and entities)"."""
    return _GIVES[task]

"""What the schemas repeat of the models, which a client does without."""

from models.runtime import manifest
from service import schemas


def test_a_reply_knows_the_tasks_that_a_manifest_knows() -> None:
    assert schemas.Task == manifest.Task

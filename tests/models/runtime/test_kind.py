from typing import get_args

import pytest

from models.runtime.kind import kind_of
from models.runtime.manifest import Task


def test_a_joint_model_is_named_with_what_it_gives() -> None:
    assert kind_of("joint") == "a joint model (intents and entities)"


@pytest.mark.parametrize("task", get_args(Task))
def test_every_task_has_its_words(task: Task) -> None:
    assert kind_of(task).startswith(f"a {task} model (")

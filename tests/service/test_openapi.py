"""The description of the calls keeps its word: generated requests, right and wrong ones, get what it says."""

import base64
import math
from collections import Counter

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from service.app import create_app
from service.settings import Settings
from tests.service.fakes import FakeStore

TOKEN = "a-token-for-the-tests"
CASES = 500
# A feature given twice, a shape beside its data, bytes that did not come, an output that the model lacks.
MEANING = ("is in both", "has the shape", "bytes follow the JSON", "there is no output", "failed to load")


schemathesis.openapi.format(
    "byte", st.text(st.characters(codec="utf-8")).map(lambda text: base64.b64encode(text.encode()).decode())
)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory):
    store = FakeStore(tmp_path_factory.mktemp("artifacts"))
    store.add("reviews", 1)
    store.add("hotels", 2)
    repository = store.repository(default_model="reviews")
    repository.look()
    feedback = tmp_path_factory.mktemp("feedback")
    app = create_app(Settings(artifacts=store.folder, admin_token=TOKEN, feedback=feedback), repository)
    return schemathesis.openapi.from_wsgi("/openapi.json", app)


def is_about_meaning(response) -> bool:
    """Whether a request was refused for what no schema can tell: names, and features given twice."""
    if response.status_code != 400:
        return False
    body = response.json()
    return body["code"].endswith("_NOT_FOUND") or any(words in body["error"] for words in MEANING)


def check(
    operation, mode: GenerationMode, examples: int, count: Counter[str], problems: dict[str, str]
) -> None:
    """Asks one call ``examples`` times and holds every reply against the description."""

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case) -> None:
        count[operation.label] += 1
        response = case.call()
        excluded = [positive_data_acceptance] if is_about_meaning(response) else []
        case.validate_response(response, excluded_checks=excluded)

    try:
        ask()
    except Unsatisfiable:
        pass  # there is nothing to get wrong in a call without parameters
    except BaseException as error:
        problems[f"{operation.label} ({mode.value})"] = str(error)


@pytest.mark.slow
def test_generated_requests_get_the_replies_that_are_described(schema) -> None:
    operations = [result.ok() for result in schema.get_all_operations()]
    # Calls without a body have no wrong form.
    examples = math.ceil(0.7 * CASES / len(operations))
    count: Counter[str] = Counter()
    problems: dict[str, str] = {}
    for operation in operations:
        for mode in GenerationMode:
            check(operation, mode, examples, count, problems)
    assert not problems, "\n\n".join(f"{name}: {text}" for name, text in problems.items())
    assert count.total() >= CASES

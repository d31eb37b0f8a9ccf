"""The description of the calls keeps its word: generated requests, right and wrong ones, get what it says."""

import base64
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance, response_schema_conformance

from service.schemas import ClassifyReply
from tests.service import binary_bodies
from tests.service.binary_bodies import tell_length
from tests.service.served import HEADERS, REVIEWS, TAGGING, Served, name_what_is_served, path_parameters

CASES = 500
REFERENCE = r'"#/components/schemas/([^"]+)"'
# A feature given twice, a shape beside its data, bytes that did not come, an output that the model lacks
# or that is named twice.
MEANING = (
    "is in both",
    "has the shape",
    "bytes follow the JSON",
    "there is no output",
    "is asked for twice",
    "failed to load",
    "gives one label a text",
)
# Calls that only models with labels of whole texts answer, and how the others say so.
OF_LABELS = (":classify", ":regress", "/explain", "/feedback")
OF_LABELS_ONLY = ("No signature was found", "cannot be explained", "feedback is taken for classification")


schemathesis.openapi.format(
    "byte", st.text(st.characters(codec="utf-8")).map(lambda text: base64.b64encode(text.encode()).decode())
)

# An operation and the type of its body.
Way = tuple[str, str | None]

binary_bodies.register()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        yield Served(tmp_path_factory.mktemp("artifacts"), tmp_path_factory.mktemp("feedback"), patch)


@pytest.fixture(scope="module")
def schema(served: Served):
    schema = schemathesis.openapi.from_wsgi("/openapi.json", served.app)
    forbid_other_fields(schema.raw_schema)
    return schema


def forbid_other_fields(document: dict) -> None:
    """A caller may read fields that are not described yet; here they are a fault."""
    schemas = document["components"]["schemas"]
    replies = json.dumps([call["responses"] for item in document["paths"].values() for call in item.values()])
    waiting = set(re.findall(REFERENCE, replies))
    closed: set[str] = set()
    while waiting:
        name = waiting.pop()
        closed.add(name)
        waiting |= set(re.findall(REFERENCE, json.dumps(schemas[name]))) - closed
        if "properties" in schemas[name]:
            schemas[name].setdefault("additionalProperties", False)


def is_about_meaning(response, model: str | None) -> bool:
    """Whether a request was refused for what no schema can tell: names, limits, and features given twice.

    A model without labels of whole texts refuses calls that are about such.
    """
    if response.status_code == 413:
        return True
    if model in TAGGING and response.status_code in (400, 422):
        error = response.json()["error"]
        if any(words in error for words in OF_LABELS_ONLY):
            return True
    if response.status_code != 400:
        return False
    body = response.json()
    return body["code"].endswith("_NOT_FOUND") or any(words in body["error"] for words in MEANING)


@dataclass(frozen=True)
class Asking:
    """How one operation is asked: with right or wrong requests, made up or naming a model that is served.

    Made-up names are never those of a model: only with the others is there an answer to check.
    """

    mode: GenerationMode
    model: str | None


@dataclass
class Outcome:
    """Requests and those with an answer, by the model named and the way of asking, and what was wrong."""

    asked: Counter[tuple[str | None, Way]] = field(default_factory=Counter)
    answered: Counter[tuple[str | None, Way]] = field(default_factory=Counter)
    problems: dict[str, str] = field(default_factory=dict)


def ways(operation) -> list[Way]:
    return [(operation.label, body.media_type) for body in operation.body] or [(operation.label, None)]


def check(served: Served, operation, asking: Asking, examples: int, outcome: Outcome) -> None:
    """Asks one call ``examples`` times and holds every reply against the description."""
    names = {each.name for each in operation.path_parameters}
    fixed: dict[str, Any] = {}
    if asking.model:
        fixed = {name: value for name, value in path_parameters(asking.model).items() if name in names}
    headers = HEADERS if asking.model else None

    @given(case=operation.as_strategy(generation_mode=asking.mode, path_parameters=fixed or None))
    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case) -> None:
        served.restore()
        if asking.mode.is_positive:
            tell_length(case)
            if asking.model and isinstance(case.body, dict):
                case.body = name_what_is_served(case.body, asking.model, served.answer(asking.model))
        response = case.call(headers=headers)
        way = asking.model, (operation.label, case.media_type)
        outcome.asked[way] += 1
        outcome.answered[way] += 200 <= response.status_code < 300
        excluded = [positive_data_acceptance] if is_about_meaning(response, asking.model) else []
        if case.path.endswith(":classify") and response.status_code == 200:
            # schemathesis reads its pairs as no schema: as schemathesis/schemathesis#3842, but in a reply.
            ClassifyReply.model_validate_json(response.content, strict=True)
            excluded.append(response_schema_conformance)
        case.validate_response(response, headers=headers, excluded_checks=excluded)

    try:
        ask()
    except Unsatisfiable:
        pass  # there is nothing to get wrong in a call without parameters
    except BaseException as error:
        outcome.problems[f"{operation.label} ({asking})"] = str(error)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_generated_requests_get_the_replies_that_are_described(served: Served, schema) -> None:
    operations = [result.ok() for result in schema.get_all_operations()]
    # Calls without a body have no wrong form.
    examples = math.ceil(0.7 * CASES / len(operations))
    outcome = Outcome()
    for operation in operations:
        for mode in GenerationMode:
            for model in (None, REVIEWS, *TAGGING):
                check(served, operation, Asking(mode, model), examples, outcome)
    assert not outcome.problems, "\n\n".join(f"{name}: {text}" for name, text in outcome.problems.items())
    assert outcome.asked.total() >= CASES
    every = {way for operation in operations for way in ways(operation)}
    assert every <= {way for model, way in +outcome.answered if model not in TAGGING}
    of_tags = {way for way in every if not way[0].endswith(OF_LABELS)}
    for model in TAGGING:
        assert of_tags <= {way for named, way in +outcome.answered if named == model}

"""Dashboard and rules name only what the service shows."""

import json
import re
import time
from pathlib import Path

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from service import app as module
from service.app import create_app
from service.settings import Settings
from service.text_tally import reference
from tests.service.fakes import REFERENCE, FakeStore

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "grafana"
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text())
RULES = [
    rule for group in yaml.safe_load((FOLDER / "rules.yaml").read_text())["groups"] for rule in group["rules"]
]
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
EXPRESSIONS = QUERIES + [rule["expr"] for rule in RULES]
# What Prometheus or the rules add.
ADDED = {"le", "bin"}


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> dict[str, set[str]]:
    """The names of all series of a scrape, and the labels each has."""
    store = FakeStore(tmp_path_factory.mktemp("artifacts"))
    store.add("reviews", 1, data=REFERENCE.model_dump())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "open_warm", lambda path, engine, max_batch: store.open(path))
        settings = Settings(artifacts=store.folder, reload_s=0, feedback=tmp_path_factory.mktemp("told"))
        client = create_app(settings).test_client()
        until = time.monotonic() + 10
        while client.get("/readyz").status_code != 200:
            assert time.monotonic() < until
    for _ in range(2):
        client.post("/predict", json={"texts": ["good"] * 200})
    client.post("/predict", data="{")
    answered = client.post("/predict", json={"text": "good"})
    answer = {"request_id": answered.headers["X-Request-ID"], "label": "positive"}
    told = client.post("/feedback", json=answer)
    assert told.status_code == 200, told.get_json()
    text = client.get("/metrics").get_data(as_text=True)
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        # Counters of what has not happened yet have a type and no series.
        if line.startswith("# TYPE"):
            found.setdefault(line.split()[2], set())
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_metric_and_label_is_there(expression, shown) -> None:
    recorded = {rule["record"] for rule in RULES if "record" in rule}
    names = set(re.findall(r"\bengram_[a-z_]+", expression))
    assert names <= set(shown)
    assert set(re.findall(r"\bengram:[\w:]+", expression)) <= recorded
    assert names or "engram:" in expression
    for name, selector in re.findall(r"\b(engram_[a-z_]+)\{([^}]*)\}", expression):
        assert set(re.findall(r"(\w+)(?:=~|!~|!=|=)", selector)) <= shown[name]
    grouped = {
        label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")
    }
    known = set().union(ADDED, *(shown[name] or {"model", "version", "kind", "outcome"} for name in names))
    assert grouped <= known | ({"model", "version"} if "engram:" in expression else set())


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_is_promql(expression) -> None:
    promql_parser.parse(expression.replace("$__rate_interval", "5m").replace("$__range", "1h"))


def test_no_metric_of_the_service_is_left_without_a_panel(shown) -> None:
    used = set(re.findall(r"\bengram_[a-z_]+", " ".join(EXPRESSIONS)))
    stems = {re.sub(r"_(bucket|sum|count|total|created)$", "", name) for name in used}
    left = {re.sub(r"_(bucket|sum|count|total|created)$", "", name) for name in shown} - stems
    assert left <= {"engram_tokens", "engram_canary_requests"}


def test_every_rule_that_alerts_says_what_happened() -> None:
    alerts = [rule for rule in RULES if "alert" in rule]
    assert len({rule["alert"] for rule in alerts}) == len(alerts) >= 6
    assert all(rule["annotations"]["summary"] and rule["labels"]["severity"] for rule in alerts)


def test_panels_do_not_overlap_and_have_queries() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)
    assert all(panel["targets"] and panel["title"] for panel in DASHBOARD["panels"])


def test_every_feature_of_the_training_data_can_raise_the_alert_of_drift() -> None:
    features = reference(REFERENCE, ["negative", "positive"])
    assert set(features) == {"length", "label", "unknown"}
    (alert,) = [rule for rule in RULES if rule.get("alert") == "EngramDrift"]
    recorded = {rule["record"]: rule["expr"] for rule in RULES if "record" in rule}
    for feature in features:
        assert f"engram:{feature}_psi:1h > 0.25" in alert["expr"]
        expression = recorded[f"engram:{feature}_psi:1h"]
        assert set(re.findall(r'feature="(\w+)"', expression)) == {feature}
        assert set(re.findall(r"engram:\w+:1h", expression)) == {f"engram:{feature}_share:1h"}


def test_what_is_one_worker_s_own_is_said_to_be() -> None:
    own = [
        panel["title"]
        for panel in DASHBOARD["panels"]
        if any("engram_version_state" in target["expr"] for target in panel["targets"])
    ]
    assert own
    assert all("worker that was scraped" in title for title in own)

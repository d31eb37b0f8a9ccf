"""The pages keep up with the code: nothing is left out, nothing is told that is not there."""

import re
from pathlib import Path
from types import ModuleType

import pytest

from service.settings import PREFIX, Settings
from training.cli.main import VERBS
from training.config_keys import known_keys, section_meanings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
# Decisions tell what was true when they were taken.
PAGES = sorted(path for path in DOCS.rglob("*.md") if path.parent.name != "decisions")
# Of the compose files, not of the service.
OF_COMPOSE = {"ENGRAM_IMAGE", "ENGRAM_KEYS_FILE"}
# Files of a saved model, and calls of Keras.
NO_KEYS = {"model.keras", "model.onnx", "model.fit", "model.predict"}
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("name", ["commands.md", "config.md", "settings.md"])
def test_reference_is_what_the_code_says(name: str, reference: ModuleType) -> None:
    page = (DOCS / "reference" / name).read_text(encoding="utf-8")

    assert page == reference.pages()[name], "run: python docs/hooks/reference.py"


def test_every_key_is_a_whole_row_of_its_table() -> None:
    lines = (DOCS / "reference" / "config.md").read_text(encoding="utf-8").splitlines()
    rows = {line.split("`")[1]: line for line in lines if line.startswith("| `")}

    assert set(rows) == {key.path for key in known_keys()}
    assert [path for path, row in rows.items() if not row.endswith(" |")] == []


def test_every_verb_setting_and_key_is_told_of() -> None:
    told = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    names = [f"engram {verb.NAME}" for verb in VERBS]
    names += [PREFIX + name.upper() for name in Settings.model_fields]
    names += [f"`{key.path}`" for key in known_keys()]

    assert [name for name in names if name not in told] == []


def test_every_error_code_is_told_of() -> None:
    told = (DOCS / "serve.md").read_text(encoding="utf-8")
    codes = re.findall(r'code = "([A-Z_]+)"', (ROOT / "service" / "errors.py").read_text(encoding="utf-8"))

    assert len(codes) > 15
    # BAD_REQUEST is the code of no cause of its own.
    assert [code for code in codes if f"`{code}`" not in told and code != "BAD_REQUEST"] == []


def test_every_metric_is_told_of() -> None:
    told = (DOCS / "monitor.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "service").rglob("*.py"))
    metrics = set(re.findall(r'"(engram_[a-z_]+)"', sources))

    assert len(metrics) > 15
    assert [name for name in sorted(metrics) if f"`{name}" not in told] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_names_only_what_there_is(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    settings = {PREFIX + name.upper() for name in Settings.model_fields} | OF_COMPOSE
    keys = {key.path for key in known_keys()}
    sections = "|".join(section_meanings())
    verbs = {str(verb.NAME) for verb in VERBS}

    assert set(re.findall(r"\bENGRAM_[A-Z_]*[A-Z]", text)) - settings == set()
    named = re.findall(rf"`(?:--set )?((?:{sections})\.[a-z_0-9]+)(?:`|=| =)", text)
    assert set(named) - keys - NO_KEYS == set()
    assert set(re.findall(r"(?:^|`|\| )(?:engram|python -m training) ([a-z-]+)", text, re.MULTILINE)) <= verbs


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]

    assert [link for link in links if not _leads_somewhere(page, link)] == []


def test_a_link_to_no_heading_is_noticed() -> None:
    page = DOCS / "quickstart.md"

    assert _leads_somewhere(page, "serve.md#what-an-answer-says")
    assert not _leads_somewhere(page, "serve.md#what-an-answer-does-not-say")
    assert not _leads_somewhere(page, "nowhere.md")


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(DOCS) or not target.exists():
        return False
    return not anchor or anchor in _anchors(target)


def _anchors(page: Path) -> set[str]:
    """Anchors of a page's headings, as GitHub and MkDocs both make them of plain English."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}

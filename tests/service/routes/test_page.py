"""The page: all of it comes from here, nothing stands inline, and it is small."""

import re
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from service.app import create_app
from service.routes.page import FOLDER
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
MOST_BYTES = 150 * 1024


def linked(client) -> list[str]:
    html = client.get("/").get_data(as_text=True)
    return ["/" + path for path in re.findall(r'(?:src|href)="(page/[^"]+)"', html)]


def test_the_page_and_all_its_files_are_there(client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert page.content_type == "text/html; charset=utf-8"
    assert {path.rsplit(".")[-1] for path in linked(client)} == {"js", "css", "svg"}
    modules, seen = [path for path in linked(client) if path.endswith(".js")], set()
    while modules:
        path = modules.pop()
        seen.add(path.rsplit("/", 1)[1])
        source = client.get(path).get_data(as_text=True)
        folder = path.rsplit("/", 1)[0]
        found = [f"{folder}/{name}" for name in re.findall(r'from "\./([\w.]+)"', source)]
        modules += [path for path in found if path.rsplit("/", 1)[1] not in seen]
    assert seen == {path.name for path in FOLDER.glob("*.js")}


def test_browsers_take_the_files_as_what_they_are(client) -> None:
    types = {path.rsplit(".")[-1]: client.get(path).content_type for path in linked(client)}
    assert types == {
        "js": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8",
        "svg": "image/svg+xml; charset=utf-8",
    }


def test_files_are_kept_for_ever_and_the_page_that_names_them_is_not(client) -> None:
    assert client.get("/").headers["Cache-Control"] == "no-cache"
    for path in linked(client):
        assert "immutable" in client.get(path).headers["Cache-Control"]


def test_a_changed_file_has_another_address(client, monkeypatch, tmp_path, settings) -> None:
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "style.css").write_text("body { margin: 0 }")
    monkeypatch.setattr("service.routes.page.FOLDER", tmp_path)
    changed = create_app(settings, repository=_NoModels()).test_client()
    assert linked(changed) != linked(client)
    assert changed.get(linked(client)[0]).status_code == 404


class _NoModels:
    """Nothing is served."""

    ready = False


def test_nothing_runs_but_what_comes_from_here(client) -> None:
    for path in ["/", *linked(client)]:
        policies = client.get(path).headers.getlist("Content-Security-Policy")
        assert len(policies) == 1
        assert "default-src 'none'; script-src 'self'; style-src 'self'" in policies[0]
        assert "unsafe" not in policies[0]
        assert "frame-ancestors 'none'" in policies[0]
        assert client.get(path).headers["X-Content-Type-Options"] == "nosniff"
    html = (FOLDER / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|\son\w+=|\sstyle=", html)
    assert re.findall(r"<script[^>]*>", html) == ['<script type="module" src="page/main.js">']


@pytest.mark.parametrize("path", sorted(FOLDER.iterdir()), ids=lambda path: path.name)
def test_no_file_asks_another_host_or_makes_markup_of_texts(path: Path) -> None:
    source = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "//" not in re.sub(r"(^|\s)//.*", "", source)
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function"
    assert not re.search(markup, source)


def test_the_page_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= MOST_BYTES


@pytest.mark.parametrize("name", ["index.html", "missing.js", "..%2F..%2Fapp.py", "../app.py"])
def test_nothing_else_is_handed_out(client, name) -> None:
    folder = linked(client)[0].rsplit("/", 1)[0]
    assert client.get(f"{folder}/{name}").status_code == 404


def test_the_page_needs_no_key_but_what_it_shows_does(store, tmp_path) -> None:
    keys = tmp_path.parent / f"{tmp_path.name}-keys"
    keys.write_text("shop:" + "0" * 64)
    store.add("reviews", 1)
    repository = store.repository()
    repository.look()
    client = create_app(Settings(artifacts=store.folder, api_keys=keys), repository).test_client()
    assert client.get("/").status_code == 200
    assert client.get(linked(client)[0]).status_code == 200
    assert client.get("/models").status_code == 401


def test_the_wheel_holds_the_page() -> None:
    builder = WheelBuilder(str(ROOT))
    packed = {file.distribution_path for file in builder.recurse_included_files()}
    assert {f"service/page/{path.name}" for path in FOLDER.iterdir()} <= packed

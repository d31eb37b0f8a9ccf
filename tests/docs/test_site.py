"""What the site's build does beyond MkDocs."""

from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", '<script src="https://cdn.example/x.js"></script>'),
        ("a.html", '<link rel="stylesheet" href="//fonts.example/css">'),
        ("a.html", '<link rel="preconnect" href="https://fonts.example">'),
        ("a.html", '<img alt="" src="http://pictures.example/x.png">'),
        ("a.html", '<p style="background: url(https://pictures.example/x.png)">'),
        ("a.html", "<style>@import 'https://fonts.example/css';</style>"),
        ("a.html", '<pre class="mermaid">'),
        ("a.css", "@font-face { src: url(https://fonts.example/x.woff2) }"),
    ],
)
def test_what_comes_from_another_host_is_found(
    name: str, content: str, tmp_path: Path, foreign_hosts: ModuleType
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")

    assert [file for file, _ in foreign_hosts.foreign_loads(tmp_path)] == [tmp_path / name]


def test_links_to_follow_and_files_of_the_site_are_fine(tmp_path: Path, foreign_hosts: ModuleType) -> None:
    page = """<link rel="canonical" href="https://example.org/"><script src="assets/x.js"></script>
    <style>p { background: url(assets/x.png) }</style><a href="https://example.org/">elsewhere</a>"""
    (tmp_path / "index.html").write_text(page, encoding="utf-8")

    assert list(foreign_hosts.foreign_loads(tmp_path)) == []


def test_menu_lists_every_decision(decisions_in_menu: ModuleType) -> None:
    pages = decisions_in_menu.pages(DOCS)

    assert pages[0] == "decisions/0001-the-artifact-is-the-contract.md"
    assert len(pages) == len(list((DOCS / "decisions").iterdir()))

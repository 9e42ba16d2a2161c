"""The site is built strictly and without network, and loads nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from docs.tools.rooms import PACKAGES, ROOT

# Sphinx in a process of its own: -W makes a lost link or reference an error. No socket connects.
BUILD = """
import socket, sys
def refuse(*args): raise OSError("no network here")
socket.socket.connect = refuse
from sphinx.cmd.build import main
sys.exit(main(["-q", "-W", "--keep-going", "-E", "-c", "docs", ".", sys.argv[1]]))
"""

LOADED = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src",
    "embed": "src", "object": "data", "image": "href", "use": "href",
}  # fmt: skip
"""What a browser fetches by itself, and the attribute that says from where."""


class Page(HTMLParser):
    """What a page fetches, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if LOADED.get(tag) in values:
            self.loads.append(values[LOADED[tag]])
        if tag == "link" and values.get("rel") not in ("next", "prev", "index", "search"):
            self.loads.append(values.get("href", ""))
        if tag == "a" and "href" in values:
            self.leads.append(values["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(out)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {file: Page(file.read_text(encoding="utf-8")) for file in sorted(site.rglob("*.html"))}


def test_no_page_loads_anything_from_elsewhere(pages: dict[Path, Page], site: Path) -> None:
    loads = {
        (file.relative_to(site), source.partition("?")[0].partition("#")[0])
        for file, page in pages.items()
        for source in page.loads
        if not source.startswith("data:")
    }
    assert len(loads) > 20
    assert [each for each in loads if re.match(r"[a-z]+:|//", each[1])] == []
    missing = [each for each in loads if not (site / each[0].parent / each[1]).exists()]
    assert missing == []


def test_no_style_sheet_loads_anything_from_elsewhere(site: Path) -> None:
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"@import|url\(\s*['\"]?(https?:)?//", text), sheet.name


def test_every_link_inside_the_site_leads_to_a_page(pages: dict[Path, Page]) -> None:
    lost = {
        (file.name, link)
        for file, page in pages.items()
        for link in page.leads
        if not re.match(r"[a-z]+:|#", link)
        and not (file.parent / link.partition("#")[0].partition("?")[0]).exists()
    }
    assert lost == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_the_reference_has_everything_that_a_package_offers(package: str, site: Path) -> None:
    page = (site / "docs" / "api" / f"{package}.html").read_text(encoding="utf-8")
    face = __import__(package)
    for name in face.__all__:
        described = rf'id="(module-)?{package}\.{name}"|id="module-{name}'
        # What a package below defines is described there; here is a link.
        handed_on = (
            rf'<a [^>]*href="[a-z]+\.html#[^"]*"[^>]*><code[^>]*><span[^>]*>{package}\.{name}<'
        )
        assert re.search(f"{described}|{handed_on}", page), name


def test_the_tables_are_those_of_the_schema(site: Path) -> None:
    from scenarios.schema import schema_table

    page = (site / "docs" / "tables.html").read_text(encoding="utf-8")
    for table, name in schema_table()[["table", "name"]].itertuples(index=False):
        assert f"<h2>{table}<" in page
        assert f">{name}</span></code>" in page

"""A page of the app can be reached, and docs/app.md shows it."""

from __future__ import annotations

import re

import pytest

from docs.tools.import_graph import modules
from docs.tools.rooms import ROOT

APP = ROOT / "planner" / "app"
PAGES = sorted(file.parent.name for file in APP.glob("*/page.py"))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_served_in_the_header_and_in_the_documents(page: str) -> None:
    assert f"planner.app.{page}.page" in modules()["planner.app.server.serve"]
    header = (APP / "frame.py").read_text(encoding="utf-8")
    assert f'("{page.capitalize()}", "/{page}", ' in header
    document = (ROOT / "docs" / "app.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| {page.capitalize()} \|", document, re.MULTILINE)
    assert f"![{page.capitalize()}](pictures/app-{page}.png)" in document
    assert (ROOT / "docs" / "pictures" / f"app-{page}.png").exists()

"""Files and folders that the documents name are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.tools.rooms import PACKAGES, ROOT

PAGES = [
    file
    for file in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/README.md"))
    # What once was may be named there.
    if file.name != "CHANGELOG.md"
]
TOPS = (*PACKAGES, "benchmarks", "docs", "examples", "tests", ".ci")
SOURCES = [str(file) for top in TOPS for file in (ROOT / top).rglob("*.py")]


def code(page: Path) -> list[str]:
    """Words in backticks, fenced blocks left out."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    return re.findall(r"`([^`\s]+)`", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    named = [word for word in code(page) if re.fullmatch(r"[\w./-]+", word)]
    paths = [word for word in named if word.partition("/")[0] in TOPS and "/" in word]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    # Pages are linked, so that readers can follow.
    assert [path for path in paths if path.endswith(".md") and ROOT / path != page] == []
    # A module without its folder.
    alone = [word for word in named if word.endswith(".py") and word not in paths]
    assert [word for word in alone if not any(file.endswith(f"/{word}") for file in SOURCES)] == []

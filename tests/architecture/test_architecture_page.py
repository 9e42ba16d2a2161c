"""ARCHITECTURE.md shows the house as it is."""

from __future__ import annotations

import re

from docs.tools.architecture import PAGE, written
from docs.tools.rooms import PACKAGES, ROOT, folders


def test_picture_and_table_are_those_of_the_source() -> None:
    stale = [
        str(file.relative_to(ROOT))
        for file, text in written().items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run: python -m docs.tools.architecture"


def test_every_room_is_in_the_picture_and_in_the_table() -> None:
    table, picture = (written()[file] for file in sorted(written(), key=lambda file: file.suffix))
    for folder in folders(*PACKAGES):
        name = str(folder.relative_to(ROOT))
        assert f"| `{name}` |" in table or f"| **{name}** |" in table
        assert f">{'/'.join(folder.relative_to(ROOT).parts[1:]) or name}</text>" in picture


def test_the_function_under_each_word_stands_where_the_page_says() -> None:
    block = [
        line.split()
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("    ")
    ]
    rooms, functions, files = block[1:4]
    files = [file for file in files if file != "in"]
    assert len(rooms) == len(functions) == len(files) == 4
    for room, function, file in zip(rooms, functions, files, strict=True):
        source = (ROOT / room / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {function}\(", source, re.M), f"{room}{file}: {function}"

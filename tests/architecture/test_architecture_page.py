"""ARCHITECTURE.md shows the house as it is."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from docs.tools.architecture import PAGE, written
from docs.tools.floors_picture import MARGIN, SIDE, WIDTH, arrange, drawn, rows_of, shortest
from docs.tools.rooms import PACKAGES, ROOT, folders


def test_picture_and_table_are_those_of_the_source() -> None:
    stale = [
        str(file.relative_to(ROOT))
        for file, text in written().items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run: python -m docs.tools"


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


def test_an_arrow_that_follows_from_others_is_left_out() -> None:
    # a uses b and c, b uses c: a over b says it all.
    edges = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert shortest(edges) == {"a": {"b"}, "b": {"c"}, "c": set()}


def test_an_arrow_passes_the_floors_between_beside_their_rooms() -> None:
    # a is on the third floor for b's sake; its arrow to d needs a place on the second.
    edges = {"a": {"b", "d"}, "b": {"c"}, "c": set(), "d": set()}
    rows, pieces = rows_of(edges)
    assert [[slot.name for slot in row] for row in rows] == [["a"], ["b", "a>d"], ["c", "d"]]
    assert len(pieces) == 4


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_overlaps_in_the_picture(package: str) -> None:
    rows, pieces = rows_of(drawn(package))
    arrange(rows, pieces)
    for row in rows:
        assert all(one.x + one.width / 2 < two.x - two.width / 2 for one, two in pairwise(row))
        assert row[0].x - row[0].width / 2 >= SIDE
        assert row[-1].x + row[-1].width / 2 <= WIDTH - MARGIN

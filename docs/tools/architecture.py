"""The parts of ARCHITECTURE.md that are made from the code: ``python -m docs.tools`` writes them.

They are the picture of the floors, from the imports, and the table of rooms, from their docstrings.
"""

from __future__ import annotations

import re
from pathlib import Path

from docs.tools.floors_picture import floors_svg
from docs.tools.rooms import PACKAGES, ROOT, folders, summary

PAGE = ROOT / "ARCHITECTURE.md"
PICTURE = ROOT / "docs" / "pictures" / "floors.svg"
BEGIN = "<!-- rooms: written by python -m docs.tools -->"
END = "<!-- end of rooms -->"


def room_table() -> str:
    """One line a room, package by package, from what their docstrings say."""
    lines = ["| room | what is in it |", "| --- | --- |"]
    for package in PACKAGES:
        for folder in folders(package):
            name = str(folder.relative_to(ROOT))
            label = f"**{name}**" if name == package else f"`{name}`"
            lines.append(f"| {label} | {summary(folder)} |")
    return "\n".join(lines)


def written() -> dict[Path, str]:
    """What the two files have to be."""
    page = PAGE.read_text(encoding="utf-8")
    inside = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    table = f"{BEGIN}\n\n{room_table()}\n\n{END}"
    return {PICTURE: floors_svg(), PAGE: inside.sub(lambda _: table, page)}


def main() -> None:
    """Write them anew."""
    for file, text in written().items():
        file.write_text(text, encoding="utf-8")

"""The floors of the house as an SVG: rooms on their floors, and an arrow for what each asks for.

An arrow that follows from others (a over b to c) is left out, and so are those between packages:
every room may ask every package below its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from docs.tools.import_graph import Edges, floors, inside
from docs.tools.rooms import PACKAGES

WIDTH, MARGIN, SIDE = 1000, 16, 108
ROW, BOX, GAP = 46, 26, 16
PIXELS_A_LETTER = 7.1
COLOURS = {"planner": "#3b6ea8", "brain": "#8a5aa8", "solver": "#2f7d5b", "scenarios": "#a8672f"}
STYLE = (
    "text{font-family:system-ui,sans-serif;font-size:13px;fill:#1c2733}"
    ".package{font-size:15px;font-weight:600}"
    ".arrow{fill:none;stroke:#8795a3;stroke-width:1.1}"
)


@dataclass
class Slot:
    """A place in a row: a room, or where an arrow to a lower floor passes by."""

    name: str
    width: float
    is_room: bool
    x: float = 0.0


def shortest(edges: Edges) -> dict[str, set[str]]:
    """The imports that do not follow from others."""

    def reach(name: str) -> set[str]:
        return edges[name].union(*(reach(below) for below in edges[name]))

    return {
        name: below - set().union(*(reach(other) for other in below))
        for name, below in edges.items()
    }


def rows_of(edges: Edges) -> tuple[list[list[Slot]], list[tuple[Slot, Slot]]]:
    """Slots by floor, the highest first, and the pieces of arrows between neighbouring floors."""
    levels = list(reversed(floors(edges)))
    row_of = {name: i for i, level in enumerate(levels) for name in level}
    rows = [[Slot(n, PIXELS_A_LETTER * len(n) + 22, True) for n in level] for level in levels]
    slot = {room.name: room for row in rows for room in row}
    pieces = []
    for name, below in sorted(shortest(edges).items()):
        for target in sorted(below):
            above = slot[name]
            for i in range(row_of[name] + 1, row_of[target]):
                passing = Slot(f"{name}>{target}", 10, False)
                rows[i].append(passing)
                pieces.append((above, passing))
                above = passing
            pieces.append((above, slot[target]))
    return rows, pieces


def spread(row: list[Slot]) -> None:
    """Give the slots of a row their places, in the order in which they stand."""
    free = WIDTH - SIDE - MARGIN - sum(slot.width for slot in row)
    gap = min(3 * GAP, free / (len(row) + 1))
    x = SIDE + (WIDTH - SIDE - MARGIN - sum(slot.width + gap for slot in row) + gap) / 2
    for slot in row:
        slot.x = x + slot.width / 2
        x += slot.width + gap


def arrange(rows: list[list[Slot]], pieces: list[tuple[Slot, Slot]]) -> None:
    """Order every row so that few arrows cross: each slot near the mean of its neighbours."""
    for row in rows:
        spread(row)
    for sweep in range(24):
        # Downwards by the neighbours above, then upwards by those below.
        end = 1 - sweep % 2
        for row in rows if end else reversed(rows):
            for slot in row:
                near = [piece[1 - end].x for piece in pieces if piece[end] is slot]
                slot.x = sum(near) / len(near) if near else slot.x
            row.sort(key=lambda slot: slot.x)
            spread(row)


def drawn(package: str) -> dict[str, set[str]]:
    """Imports between the rooms of a package as the picture names them, its face left out."""

    def label(room: str) -> str:
        return room.removeprefix(f"{package}.").replace(".", "/")

    return {
        label(room): {label(below) for below in imported}
        for room, imported in inside(package).items()
        if room not in (package, f"{package}.__main__")
    }


def package_group(package: str, top: float) -> tuple[list[str], float]:
    """The lines of one package, and where it ends."""
    rows, pieces = rows_of(drawn(package))
    arrange(rows, pieces)
    height = len(rows) * ROW + 8
    at = {id(slot): top + 14 + i * ROW for i, row in enumerate(rows) for slot in row}
    colour = COLOURS[package]
    lines = [
        f'<rect x="4" y="{top}" width="{WIDTH - 8}" height="{height}" rx="8" fill="{colour}"'
        f' fill-opacity=".09"/>',
        f'<text class="package" x="{MARGIN}" y="{top + 28}">{package}</text>',
    ]
    for above, below in pieces:
        start = at[id(above)] + BOX
        end = at[id(below)]
        middle = (start + end) / 2
        # Where an arrow passes a floor it goes straight on through the row.
        rest = "" if below.is_room else f" V{end + BOX}"
        head = ' marker-end="url(#head)"' if below.is_room else ""
        curve = f"C{above.x:.0f} {middle:.0f} {below.x:.0f} {middle:.0f} {below.x:.0f} {end}"
        lines.append(f'<path class="arrow"{head} d="M{above.x:.0f} {start} {curve}{rest}"/>')
    for room in (slot for row in rows for slot in row if slot.is_room):
        left, y = room.x - room.width / 2, at[id(room)]
        lines += [
            f'<rect x="{left:.0f}" y="{y}" width="{room.width:.0f}" height="{BOX}" rx="5"'
            f' fill="#fff" stroke="{colour}"/>',
            f'<text x="{room.x:.0f}" y="{y + 18}" text-anchor="middle">{escape(room.name)}</text>',
        ]
    return lines, top + height


def floors_svg() -> str:
    """The whole house."""
    lines: list[str] = []
    end = 0.0
    for package in PACKAGES:
        group, end = package_group(package, end + 8)
        lines += group
    height = end + 8
    head = (
        '<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto"><path d="M0 0L8 4L0 8z" fill="#8795a3"/></marker>'
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}"'
            f' width="{WIDTH}" height="{height:.0f}">',
            f"<title>{', '.join(PACKAGES)}: rooms on their floors, imports go down</title>",
            f"<style>{STYLE}</style>",
            f"<defs>{head}</defs>",
            f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fff"/>',
            *lines,
            "</svg>",
            "",
        ]
    )

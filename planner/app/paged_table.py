"""A table of which the page gets one screen of rows at a time; the search is the server's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from planner.text.numbers import short

Row = dict[str, Any]
Fetch = Callable[[str, str, bool, int, int], Awaitable[tuple[list[Row], int]]]
"""Search text, column to sort by, downwards, first row, rows -> those rows, and all there are."""
SIZES = (15, 50, 100)
"""Rows of a page that can be chosen."""
BUTTON = """
<q-td :props="props"><q-btn flat dense no-caps no-wrap size="sm" color="primary"
 :icon="props.col.icon" :label="props.col.button" @click="$parent.$emit('pressed', props.row)"
 :aria-label="props.col.button + ' ' + props.row.id"/></q-td>
"""


def column(
    name: str, label: str, *, text: bool = False, sortable: bool = True, wrap: bool = False
) -> Row:
    """A column; numbers stand to the right, as people read them."""
    width = "white-space: normal; min-width: 14rem" if wrap else "max-width: 22rem"
    return {
        "name": name,
        "field": name if text else f"{name}_read",
        "label": label,
        "align": "left" if text else "right",
        "sortable": sortable,
        "style": f"{width}; overflow: hidden; text-overflow: ellipsis",
    }


class PagedTable:
    """A table with a search above it.

    Parameters
    ----------
    columns : list of dict
        See :func:`column`.
    fetch : callable
        Gets rows; see ``Fetch``.
    search : str
        What the search box says; "": there is none.
    button, icon : str
        Label of a button in each row, which calls ``pressed`` with the row.
    empty : str
        What an empty table says.
    """

    def __init__(
        self,
        columns: list[Row],
        fetch: Fetch,
        *,
        search: str = "",
        rows: int = 15,
        button: str = "",
        icon: str = "",
        pressed: Callable[[Row], Any] | None = None,
        empty: str = "Nothing matches.",
    ):
        self._fetch, self._query = fetch, ""
        if search:
            box = ui.input(placeholder=search, on_change=self._searched)
            box.props("dense outlined clearable debounce=300 type=search").classes("w-72")
            box.props(f'aria-label="{search}"')
        if button:
            # On the left, where a narrow screen shows it.
            first = {"name": "button", "label": "", "field": "id", "align": "left"}
            columns = [first | {"button": button, "icon": icon}, *columns]
        self._columns, self._pressed, self._empty, self._size = columns, pressed, empty, rows
        self._table: Any = None
        self._holder = ui.column().classes("w-full")

    async def show(self) -> None:
        """Get the rows of the page that is shown."""
        wanted = self._wanted
        first = (wanted["page"] - 1) * wanted["rowsPerPage"]
        sort, down = wanted.get("sortBy") or "", bool(wanted.get("descending"))
        rows, total = await self._fetch(self._query, sort, down, first, wanted["rowsPerPage"])
        shown = [row | _read(row) for row in rows]
        if self._table is None:
            # Only now, so that the browser never holds a table without its number of rows.
            self._make(shown, wanted | {"rowsNumber": total})
            return
        self._table.rows = shown
        self._table.pagination = wanted | {"rowsNumber": total}
        self._table.update()

    @property
    def _wanted(self) -> Row:
        start = {"page": 1, "rowsPerPage": self._size, "sortBy": None, "descending": False}
        return start if self._table is None else dict(self._table.pagination)

    def _make(self, rows: list[Row], pagination: Row) -> None:
        with self._holder:
            made = ui.table(rows=rows, columns=self._columns, row_key="id", pagination=pagination)
        made.classes("w-full").props(f'flat bordered dense no-data-label="{self._empty}"')
        made.props(f':rows-per-page-options="{list(SIZES)}"')
        if self._pressed is not None:
            pressed = self._pressed
            made.add_slot("body-cell-button", BUTTON)
            made.on("pressed", lambda event: pressed(event.args))
        made.on("request", self._asked)
        self._table = made

    async def _asked(self, event: Any) -> None:
        said = event.args["pagination"]
        size = said.get("rowsPerPage")
        size = size if size in SIZES else SIZES[0]
        page = max(int(said.get("page") or 1), 1)
        self._table.pagination = said | {"page": page, "rowsPerPage": size}
        await self.show()

    async def _searched(self, event: Any) -> None:
        self._query = str(event.value or "")
        if self._table is not None:
            self._table.pagination = self._table.pagination | {"page": 1}
            await self.show()


def _read(row: Row) -> Row:
    """Numbers as people read them, beside what they are."""
    return {
        f"{name}_read": "" if value is None else short(value)
        for name, value in row.items()
        if value is None or isinstance(value, int | float)
    }

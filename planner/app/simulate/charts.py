"""The charts of a run. A new day sends new points only; all else stays as it was drawn."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from planner.app.frame import chart
from planner.app.simulate.day_figures import BAND, LINES, Head
from planner.app.simulate.session import Session
from planner.text import palette
from planner.text.measures import component
from planner.text.names import weekday

ROUNDED = "value => value == null ? '–' : Number(value).toLocaleString('en-US'," \
    " {maximumSignificantDigits: 4})"  # fmt: skip
"""How tooltips write numbers (a constant: no data is in it)."""
Options = dict[str, Any]
WITHIN = f"{BAND:.0%} of days"


class Charts:
    """Demand, stock, orders and costs; made once a run."""

    def __init__(self, session: Session, head: Head):
        self._session, self._head = session, head
        self._drawn, self._shown = session.drawn, len(session.days)
        self._plots: list[tuple[Any, Any]] = []
        with ui.element("div").classes("w-full grid grid-cols-1 xl:grid-cols-2 gap-4"):
            for make in (self._demand, self._stock, self._orders, self._costs):
                with ui.card().props("flat bordered").classes("w-full p-2"):
                    plot = ui.echart(make()).classes("w-full h-72")
                    self._plots.append((plot, make))

    def update(self) -> None:
        """Draw what has come since."""
        session = self._session
        if session.drawn != self._drawn:
            self._drawn = session.drawn
            for plot, make in self._plots:
                plot.options.clear()
                plot.options.update(make())
                plot.update()
        elif len(session.days) != self._shown:
            for plot, make in self._plots:
                fresh = make()["series"]
                patch = []
                for old, new in zip(plot.options["series"], fresh, strict=True):
                    patch.append({"data": new["data"]} if old["data"] != new["data"] else {})
                    old["data"] = new["data"]
                plot.run_chart_method("setOption", {"series": patch})
        self._shown = len(session.days)

    def _base(self, title: str, unit: str, series: list[Options]) -> Options:
        return plain(self._head, title, unit, series)

    def _about(self) -> str:
        """Which products and location the charts are about."""
        chosen, head = self._session.drawn_for, self._head
        products = [head.products[p] for p in chosen.products]
        if not products:
            what = "all products"
        elif len(products) > 2:
            what = f"{len(products)} products"
        else:
            what = " and ".join(name if len(name) < 25 else f"{name[:24]}…" for name in products)
        where = "" if chosen.location is None else f" in {head.locations[chosen.location]}"
        return what + where

    def _demand(self) -> Options:
        lines = self._session.series
        band = {"stack": "band", "silent": True, "tooltip": {"show": False}, "symbol": "none"}
        clear = {"opacity": 0}
        shade = {"color": palette.GREY, "opacity": 0.18}
        made = self._base(
            f"Demand: {self._about()}",
            f"units a {self._head.unit}",
            [
                _line("Low", lines["low"], palette.GREY) | band | {"lineStyle": clear},
                _line(WITHIN, lines["width"], palette.GREY)
                | band
                | {"lineStyle": clear, "areaStyle": shade},
                _line("Predicted", lines["predicted"], palette.ROLES["forecast"], dashed=True),
                _line("Actual", lines["actual"], palette.ROLES["demand"]),
                _bars("Missed", lines["missed"], palette.ROLES["missed"]),
            ],
        )
        grey = {"name": WITHIN, "icon": "roundRect", "itemStyle": {"color": "#d9d9d9"}}
        made["legend"]["data"] = [grey, "Predicted", "Actual", "Missed"]
        return made

    def _stock(self) -> Options:
        lines, series = self._session.series, []
        names = [name.removeprefix("stock ") for name in lines if name.startswith("stock ")]
        for place, name in enumerate(names):
            colour = palette.COLOURS[place % len(palette.COLOURS)]
            series.append(_line(name, lines[f"stock {name}"], colour))
            series.append(
                _line(f"{name}, safety stock", lines[f"safety {name}"], colour, dashed=True)
            )
        much = len(self._head.locations) > LINES and self._session.drawn_for.location is None
        about = self._about() + (", all locations" if much else "")
        title = f"Stock at the end of the {self._head.unit}: {about}"
        made = self._base(title, "units (dashed: safety stock)", series)
        made["legend"]["data"] = names
        return made

    def _orders(self) -> Options:
        lines = self._session.series
        return self._base(
            f"Orders and arrivals: {self._about()}",
            f"units a {self._head.unit}",
            [
                _bars("Ordered", lines["orders"], palette.ROLES["orders"]),
                _bars("Arrived", lines["arrivals"], palette.ROLES["arrivals"]),
            ],
        )

    def _costs(self) -> Options:
        head, days = self._head, self._session.days
        series = [
            _bars(component(name), [round(day.costs[name], 2) for day in days],
                  palette.COSTS[name]) | {"stack": "cost"}
            for name in head.components
        ]  # fmt: skip
        money = head.currency or "cost"
        return self._base("Cost: all products and locations", f"{money} a {head.unit}", series)


def plain(head: Head, title: str, unit: str, series: list[Options]) -> Options:
    """A chart over the days of a run, its title on the left."""
    days = [weekday(date) for date in head.dates]
    made = chart(days, series, unit=unit, along=head.unit, title=title)
    made["tooltip"][":valueFormatter"] = ROUNDED
    made["grid"] |= {"left": 60, "right": 16, "top": 64}
    made["title"] |= {"left": 4, "top": 2}
    made["yAxis"]["axisLabel"] = {":formatter": ROUNDED}
    return made


def _line(name: str, data: list[float], colour: str, *, dashed: bool = False) -> Options:
    style: Options = {"width": 2, "color": colour}
    if dashed:
        style |= {"type": "dashed", "width": 1.5}
    return {
        "type": "line", "name": name, "data": list(data), "lineStyle": style,
        "itemStyle": {"color": colour},
    }  # fmt: skip


def _bars(name: str, data: list[float], colour: str) -> Options:
    return {
        "type": "bar", "name": name, "data": list(data), "itemStyle": {"color": colour},
        "barMaxWidth": 14,
    }  # fmt: skip

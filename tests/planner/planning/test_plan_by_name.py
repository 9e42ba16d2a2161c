"""A plan by names, as a picture, read back, and in a line."""

from __future__ import annotations

import filecmp
from pathlib import Path

import pandas as pd
import pytest

from planner import Plan, plan, read_plan
from scenarios.errors import InputError
from scenarios.examples.bundled import single, stores


@pytest.fixture(scope="module")
def made() -> Plan:
    return plan(stores(6, n_stores=2), "analytic")


def test_a_product_has_its_rows_of_every_table(made: Plan) -> None:
    mine = made.for_product("P0002")
    for name in ("purchase_orders", "safety_stock", "projection", "problems"):
        whole, part = getattr(made, name), getattr(mine, name)
        assert set(part["product"]) <= {"P0002"}
        assert len(part) == (whole["product"] == "P0002").sum()
    assert len(mine.projection) == 3 * 28
    assert not len(mine.capacity)


def test_a_location_has_orders_to_and_from_it_and_its_storage(made: Plan) -> None:
    mine = made.for_location("Warehouse")
    orders = made.purchase_orders
    both = (orders["origin"] == "Warehouse") | (orders["destination"] == "Warehouse")
    assert len(mine.purchase_orders) == both.sum() == len(orders)
    assert set(mine.projection["location"]) == {"Warehouse"}
    assert set(mine.capacity["place"]) == {"Warehouse"}
    assert (
        len(made.for_location("Store 1").purchase_orders)
        == (orders["destination"] == "Store 1").sum()
    )


def test_names_that_are_not_planned_are_refused_with_the_one_that_was_meant(made: Plan) -> None:
    with pytest.raises(InputError, match="did you mean 'P0002'"):
        made.for_product("p0002")
    with pytest.raises(InputError, match="did you mean 'Store 1'"):
        made.for_location("store 1")


def test_a_plan_that_is_read_back_is_written_the_same(made: Plan, tmp_path: Path) -> None:
    made.write(tmp_path / "one", excel=True)
    again = read_plan(tmp_path / "one")
    again.write(tmp_path / "two")
    files = sorted(file.name for file in (tmp_path / "two").iterdir())
    assert filecmp.cmpfiles(tmp_path / "one", tmp_path / "two", files, shallow=False)[0] == files
    assert again.report == made.report
    dates = again.purchase_orders["order_date"]
    assert pd.api.types.is_datetime64_any_dtype(dates.dtype)
    assert again.for_product("P0002").name == "P0002"


def test_what_is_no_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="argument folder of read_plan: is no folder of a plan"):
        read_plan(tmp_path)


def test_a_plan_shows_itself_in_a_line_and_as_a_small_page(made: Plan) -> None:
    line = repr(made)
    assert line.startswith("Plan(6 products, 3 locations, 2026-01-05 to 2026-02-01, ")
    assert "\n" not in line
    assert repr(made.report).startswith(f"Report({made.report.status}, gap ")
    assert repr(made.for_product("P0001")).startswith("PlanExcerpt(P0001, ")
    for shown in (made, made.report, made.for_product("P0001")):
        assert len(shown._repr_html_()) < 20_000


@pytest.mark.parametrize(
    ("arguments", "panels"),
    [({}, 3), ({"product": "P0001"}, 3), ({"location": "Store 1"}, 6),
     ({"product": "P0001", "location": "Store 2"}, 1)],
)  # fmt: skip
def test_a_plan_is_drawn(
    made: Plan, arguments: dict[str, str], panels: int, tmp_path: Path
) -> None:
    drawn = made.plot(**arguments, path=tmp_path / "plan.png")
    assert len(drawn.axes) == panels
    assert (tmp_path / "plan.png").read_bytes().startswith(b"\x89PNG")


def test_where_nothing_is_limited_stock_is_drawn() -> None:
    (axis,) = plan(single(), "analytic").plot().axes
    assert axis.get_title(loc="left") == "all products at Shop"


def test_without_matplotlib_the_remedy_is_told(made: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.reporting.plan_picture.can_draw", lambda: False)
    with pytest.raises(ImportError, match=r"pip install 'echelon-planner\[pictures\]'"):
        made.plot()

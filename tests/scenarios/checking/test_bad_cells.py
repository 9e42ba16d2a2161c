"""Every bad cell is reported with its file, row, column, value and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.model.scenario import Scenario
from tests.support.input_folders import GOOD, errors, findings, write

FORECAST = GOOD["forecast.csv"]
CORRELATED = FORECAST.replace("\n", ",0.3\n").replace(",0.3", ",error_correlation", 1)
LANES = GOOD["lanes.csv"]
LATE = "A,Maker,Depot,3,2026-02-01\n"
ORDERS = "product,origin,destination,quantity,receipt_date\n"
LOTS = "product,origin,destination,min_order_quantity,order_multiple,max_order_quantity\n"

CELLS = {
    "an unknown product": (
        {"inventory__csv": "product,location,on_hand\nA,Shop,7\nZ,Shop,8\n"},
        ("inventory.csv", 3, "product", "Z", "add it to products.csv"),
    ),
    "a misspelt product": (
        {
            "products__csv": "product,missed_sale_cost,holding_cost\nA,5,1\nB,6,1\nApple,1,1\n",
            "inventory__csv": "product,location\nAple,Shop\n",
        },
        ("inventory.csv", 2, "product", "Aple", "did you mean 'Apple'?"),
    ),
    "an unknown location": (
        {"inventory__csv": "product,location,on_hand\nA,Shp,7\n"},
        ("inventory.csv", 2, "location", "Shp", "did you mean 'Shop'?"),
    ),
    "a lane to nowhere": (
        {"lanes__csv": LANES + "Maker,Moon,1\n"},
        ("lanes.csv", 4, "destination", "Moon", "add it to locations.csv"),
    ),
    "a lane to itself": (
        {"lanes__csv": LANES + "Shop,Shop,1\n"},
        ("lanes.csv", 4, "origin, destination", "Shop, Shop", "correct the origin"),
    ),
    "a cycle": (
        {"lanes__csv": LANES + "Shop,Depot,1\n"},
        ("lanes.csv", None, "origin, destination", " -> ", "take out one"),
    ),
    "a lane that is there twice": (
        {"lanes__csv": LANES + "Depot,Shop,2\n"},
        ("lanes.csv", 4, "origin, destination", "Depot, Shop", "keep one"),
    ),
    "a negative quantity": (
        {"inventory__csv": "product,location,on_hand\nA,Shop,-1\n"},
        ("inventory.csv", 2, "on_hand", "-1", "enter 0 or more"),
    ),
    "a negative mean": (
        {"forecast__csv": FORECAST.replace(",6,0\n", ",-6,0\n")},
        ("forecast.csv", 7, "mean", "-6", "enter 0 or more"),
    ),
    "errors that are all the same": (
        {"forecast__csv": CORRELATED.replace(",6,0,0.3", ",6,0,1")},
        ("forecast.csv", 7, "error_correlation", "1", "enter less than 1"),
    ),
    "errors that take turns": (
        {"forecast__csv": CORRELATED.replace(",6,0,0.3", ",6,0,-0.1")},
        ("forecast.csv", 7, "error_correlation", "-0.1", "enter 0 or more"),
    ),
    "a correlation without end": (
        {"forecast__csv": CORRELATED.replace(",6,0,0.3", ",6,0,inf")},
        ("forecast.csv", 7, "error_correlation", "inf", "enter a number"),
    ),
    "a word for a number": (
        {"inventory__csv": "product,location,on_hand\nA,Shop,few\n"},
        ("inventory.csv", 2, "on_hand", "few", "enter a number"),
    ),
    "NaN for a number": (
        {"inventory__csv": "product,location,on_hand\nA,Shop,NaN\n"},
        ("inventory.csv", 2, "on_hand", "NaN", "leave the cell blank for the default"),
    ),
    "an infinite mean": (
        {"forecast__csv": FORECAST.replace(",6,0\n", ",inf,0\n")},
        ("forecast.csv", 7, "mean", "inf", "enter a number"),
    ),
    "a thousands separator": (
        {"inventory__csv": 'product,location,on_hand\nA,Shop,"1,000"\n'},
        ("inventory.csv", 2, "on_hand", "1,000", "without thousands separators"),
    ),
    "a formula for a number": (
        {"inventory__csv": "product,location,on_hand\nA,Shop,=1+1\n"},
        ("inventory.csv", 2, "on_hand", "=1+1", "replace the formula by its value"),
    ),
    "a broken spreadsheet cell": (
        {"inventory__csv": "product,location,on_hand\nA,Shop,#REF!\n"},
        ("inventory.csv", 2, "on_hand", "#REF!", "repair the cell"),
    ),
    "a blank name": (
        {"inventory__csv": "product,location,on_hand\n ,Shop,1\n"},
        ("inventory.csv", 2, "product", None, "fill it in"),
    ),
    "a blank lead time": (
        {"lanes__csv": LANES + "Other,Shop,\n"},
        ("lanes.csv", 4, "lead_time", None, "fill it in"),
    ),
    "a lead time of half a day": (
        {"lanes__csv": LANES + "Other,Shop,0.5\n"},
        ("lanes.csv", 4, "lead_time", "0.5", "enter a whole number"),
    ),
    "a lead time as long as the horizon": (
        {"lanes__csv": LANES + "Other,Shop,3\n"},
        ("lanes.csv", 4, "lead_time", "3", "shorten the lead time"),
    ),
    "a shelf life of nothing": (
        {"products__csv": "product,missed_sale_cost,holding_cost,shelf_life\nA,5,1,0\nB,6,1,\n"},
        ("products.csv", 2, "shelf_life", "0", "enter 1 or more"),
    ),
    "a product that is there twice": (
        {"products__csv": GOOD["products.csv"] + "A,7,1\n"},
        ("products.csv", 4, "product", "A", "keep one"),
    ),
    "a product that costs nothing": (
        {"products__csv": "product,missed_sale_cost,holding_cost\nA,0,0\nB,6,1\n"},
        ("products.csv", 2, "missed_sale_cost, holding_cost", "0, 0", "a positive value"),
    ),
    "an override that costs nothing": (
        {
            "product_locations__csv": (
                "product,location,missed_sale_cost,holding_cost\nA,Shop,0,0\n"
            )
        },
        ("product_locations.csv", 2, "missed_sale_cost, holding_cost", "0, 0", "positive value"),
    ),
    "an unknown distribution": (
        {
            "products__csv": (
                "product,missed_sale_cost,holding_cost,distribution\nA,5,1,gama\nB,6,1,\n"
            )
        },
        ("products.csv", 2, "distribution", "gama", "did you mean 'gamma'?"),
    ),
    "a forecast that is there twice": (
        {"forecast__csv": FORECAST + "B,Shop,2026-01-07,9,0\n"},
        ("forecast.csv", 8, "product, location, date", "B, Shop, 2026-01-07", "keep one"),
    ),
    "two dates in one week": (
        {
            "settings__yaml": "period: W\nhorizon: 5\n",
            "forecast__csv": (
                "product,location,date,mean\nA,Shop,2026-01-05,1\nA,Shop,2026-01-11,2\n"
            ),
        },
        ("forecast.csv", 3, "product, location, date", "A, Shop, 2026-01-11", "keep one"),
    ),
    "a day that does not exist": (
        {"forecast__csv": FORECAST + "B,Shop,2026-02-30,9,0\n"},
        ("forecast.csv", 8, "date", "2026-02-30", "correct the date"),
    ),
    "a date that may be read in two ways": (
        {"forecast__csv": FORECAST + "B,Shop,05/01/2026,9,0\n"},
        ("forecast.csv", 8, "date", "05/01/2026", "YYYY-MM-DD"),
    ),
    "a word for a date": (
        {"forecast__csv": FORECAST + "B,Shop,soon,9,0\n"},
        ("forecast.csv", 8, "date", "soon", "YYYY-MM-DD"),
    ),
    "a date before the start": (
        {"settings__yaml": "start_date: 2026-01-06\nhorizon: 3\n"},
        ("forecast.csv", 2, "date", "2026-01-05", "change start_date or horizon"),
    ),
    "a date after the horizon": (
        {"settings__yaml": "horizon: 3\n", "forecast__csv": FORECAST + "A,Shop,2026-01-08,1,1\n"},
        ("forecast.csv", 8, "date", "2026-01-08", "change start_date or horizon"),
    ),
    "a date in another century": (
        {"forecast__csv": FORECAST + "B,Shop,1026-01-07,9,0\n"},
        ("forecast.csv", 8, "date", "1026-01-07", "correct the date"),
    ),
    "a forecast of many years by a slip": (
        {"forecast__csv": FORECAST + "B,Shop,2062-01-07,9,0\n"},
        ("forecast.csv", None, "date", "2026-01-05 to 2062-01-07", "look for a wrong date"),
    ),
    "a std without a mean": (
        {"forecast__csv": FORECAST.replace("01-07,6,0", "01-07,,1")},
        ("forecast.csv", 7, "mean", None, "give the mean, too"),
    ),
    "an open order on no lane": (
        {"open_orders__csv": ORDERS + "A,Depot,Depot,3,2026-01-06\n"},
        ("open_orders.csv", 2, "origin, destination", "Depot, Depot", "add it to lanes.csv"),
    ),
    "an open order that arrives after the horizon": (
        {"open_orders__csv": ORDERS + LATE},
        ("open_orders.csv", 2, "receipt_date", "2026-02-01", "expected now"),
    ),
    "an open order that is overdue": (
        {"open_orders__csv": ORDERS + "A,Maker,Depot,3,2026-01-04\n"},
        ("open_orders.csv", 2, "receipt_date", "2026-01-04", "expected now"),
    ),
    "an open order of a product that is not kept there": (
        {
            "products__csv": GOOD["products.csv"] + "C,1,1\n",
            "open_orders__csv": ORDERS + "C,Maker,Depot,3,2026-01-06\n",
        },
        ("open_orders.csv", 2, "product, destination", "C, Depot", "add it to forecast"),
    ),
    "lot rules that no order can meet": (
        {"product_lanes__csv": LOTS + "A,Maker,Depot,0,12,10\n"},
        ("product_lanes.csv", 2, "min_order_quantity, order_multiple, max_order_quantity",
         "0, 12, 10", "raise max_order_quantity"),
    ),
    "a capacity of both a location and a lane": (
        {
            "capacities__csv": (
                "location,origin,destination,date,capacity\nShop,Depot,Shop,2026-01-06,3\n"
            )
        },
        ("capacities.csv", 2, "location, origin, destination", "Shop, Depot, Shop", "either"),
    ),
    "a capacity of nothing at all": (
        {"capacities__csv": "location,date,capacity\n,2026-01-06,3\n"},
        ("capacities.csv", 2, "location, origin, destination", None, "either"),
    ),
    "a capacity that is there twice in a period": (
        {"capacities__csv": "location,date,capacity\nShop,2026-01-06,3\nShop,2026-01-06,4\n"},
        ("capacities.csv", 3, "location, date", "Shop, 2026-01-06", "keep one"),
    ),
    "a setting that does not exist": (
        {"settings__yaml": "period: D\nhorzon: 3\n"},
        ("settings.yaml", 2, "horzon", "3", "did you mean 'horizon'?"),
    ),
    "a setting out of range": (
        {"settings__yaml": "review_period: 0\n"},
        ("settings.yaml", 1, "review_period", "0", "Orders are placed every so many periods"),
    ),
    "a start after the whole forecast": (
        {"settings__yaml": "start_date: 2026-02-01\n"},
        ("forecast.csv", None, "date", "2026-01-07", "correct start_date"),
    ),
    "a start that the calendar does not have": (
        {"settings__yaml": "horizon: 3\nstart_date: 2026-13-05\n"},
        ("settings.yaml", 2, "start_date", "2026-13-05", "First period of the plan"),
    ),
    "a setting that is there twice": (
        {"settings__yaml": "horizon: 3\nhorizon: 4\n"},
        ("settings.yaml", 2, "horizon", None, "keep one"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), CELLS.values(), ids=CELLS.keys())
def test_is_reported_with_its_place_value_and_remedy(
    tmp_path: Path, changes: dict[str, str], expected: tuple[str, int | None, str, str, str]
) -> None:
    found = errors(write(tmp_path, **changes))
    file, row, column, value, remedy = expected
    assert len(found) == 1, [str(finding) for finding in found]
    error = found[0]
    assert (error.file, error.column) == (file, column)
    assert row is None or error.row == row
    if value == " -> ":
        assert set(str(error.value).split(value)) == {"Depot", "Shop"}
    else:
        assert error.value == value
    assert remedy in error.remedy


def test_all_errors_are_told_at_once_and_each_once(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        products__csv="product,missed_sale_cost,holding_cost\nA,-5,1\nB,x,1\n",
        lanes__csv=LANES + "Maker,Moon,1\n",
        forecast__csv=FORECAST.replace("2026-01-07,6", "soon,6"),
        settings__yaml="period: Q\n",
    )
    assert {(e.file, e.row, e.column) for e in errors(folder)} == {
        ("products.csv", 2, "missed_sale_cost"),
        ("products.csv", 3, "missed_sale_cost"),
        ("lanes.csv", 4, "destination"),
        ("forecast.csv", 7, "date"),
        ("settings.yaml", 1, "period"),
    }


def test_the_same_mistake_in_many_rows_is_one_finding_with_a_count(tmp_path: Path) -> None:
    wrong = "".join(f"Z,Shop,2026-01-0{day},1,1\n" for day in (5, 6, 7))
    (error,) = errors(write(tmp_path, forecast__csv=FORECAST + wrong))
    assert (error.row, error.value, error.count) == (8, "Z", 3)
    assert "[and 2 more like it]" in str(error)


def test_thousands_of_different_mistakes_do_not_fill_the_screen(tmp_path: Path) -> None:
    wrong = "".join(f"Z{i},Shop,2026-01-05,1,1\n" for i in range(3000))
    found = errors(write(tmp_path, forecast__csv=FORECAST + wrong))
    assert len(found) == 10
    assert sum(error.count for error in found) == 3000


def test_errors_come_before_warnings(tmp_path: Path) -> None:
    found = findings(write(tmp_path, inventory__csv=None, lanes__csv=LANES + "Maker,Moon,1\n"))
    assert [finding.severity for finding in found] == ["error", "warning"]


def test_dates_that_may_be_read_in_two_ways_are_one_error(tmp_path: Path) -> None:
    lines = FORECAST.splitlines()
    days = [f"0{day}/01/2026" for day in range(1, 7)]
    rows = [lines[0], *(f"A,Shop,{day},1,0" for day in days), "A,Shop,soon,1,0", "A,Shop,late,1,0"]
    found = errors(write(tmp_path, forecast__csv="\n".join(rows) + "\n"))
    told = [(e.row, e.value, e.count) for e in found if e.column == "date"]
    # Words are told one by one: each may need another remedy.
    assert told == [(2, "01/01/2026", 6), (8, "soon", 1), (9, "late", 1)]
    assert "[and 5 more like it]" in str(found[0])


def test_a_blank_mean_is_told_apart_from_a_std_without_mean(tmp_path: Path) -> None:
    forecast = FORECAST.replace("A,Shop,2026-01-05,1,0.5", "A,Shop,2026-01-05,,")
    forecast = forecast.replace("A,Shop,2026-01-06,2,0.5", "A,Shop,2026-01-06,,0.5")
    found = errors(write(tmp_path, forecast__csv=forecast))
    assert {(error.row, error.message) for error in found} == {
        (2, "the cell is blank"),
        (3, "a standard deviation is given without a mean"),
    }


def test_capacities_of_nothing_are_not_repeats_of_each_other(tmp_path: Path) -> None:
    capacities = "location,origin,destination,date,capacity\n,,,2026-01-05,5\n,,,2026-01-05,5\n"
    (error,) = errors(write(tmp_path, capacities__csv=capacities))
    assert (error.row, error.count) == (2, 2)
    assert "neither one location nor one lane" in error.message


def test_daily_records_in_a_weekly_plan_are_told_to_share_a_week(tmp_path: Path) -> None:
    found = errors(write(tmp_path, settings__yaml="period: W\nhorizon: 3\n"))
    assert {(e.row, e.message) for e in found} == {
        (row, "there is a record of the same week already") for row in (3, 4, 6, 7)
    }


def test_what_a_user_would_wonder_about_is_a_warning(tmp_path: Path) -> None:
    inventory = "product,location,on_hand,backlog\nA,Shop,7,2\n"
    lanes = "origin,destination,lead_time\nDepot,Shop,1\n"
    warnings = Scenario.read(write(tmp_path, inventory__csv=inventory, lanes__csv=lanes)).warnings
    assert {(w.file, w.row, w.column) for w in warnings} == {
        ("inventory.csv", 2, "backlog"),  # nobody waits where unmet demand is lost
        ("lanes.csv", 2, "origin"),  # nothing supplies the depot
    }
    empty = write(tmp_path, inventory__csv="product,location,on_hand\n")
    assert Scenario.read(empty).warnings[0].message.startswith("there is no record")


def test_an_input_that_is_not_there_is_not_also_short_of_stock(tmp_path: Path) -> None:
    (finding,) = findings(tmp_path / "nowhere")
    assert finding.severity == "error"

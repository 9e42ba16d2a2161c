"""Reading what was written gives the same scenario, whatever it is called and holds."""

from __future__ import annotations

import csv
import dataclasses
import datetime
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scenarios.model.scenario import Scenario
from scenarios.reading.spreadsheet_text import neutralise, neutralise_text, restore_text
from scenarios.writing import files as write_tables
from scenarios.writing.atomic import atomic_folder
from scenarios.writing.files import write_csv
from tests.support.input_folders import write

RISKY = ("=", "+", "-", "@", "\t", "\r")


def assert_same(left: Any, right: Any, where: str = "scenario") -> None:
    """Equal in every array, name and setting; what the loader found odd may differ."""
    if dataclasses.is_dataclass(left):
        for field in dataclasses.fields(left):
            if field.name != "warnings":
                path = f"{where}.{field.name}"
                assert_same(getattr(left, field.name), getattr(right, field.name), path)
    elif isinstance(left, np.ndarray):
        assert left.dtype == right.dtype, where
        np.testing.assert_array_equal(left, right, err_msg=where)
    elif isinstance(left, pd.Index):
        assert left.equals(right), where
    else:
        assert left == right, where


text = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_characters="\x00"),
        st.sampled_from("=+-@'\t\r\n,;\" #"),
    ),
    min_size=1,
    max_size=8,
).filter(lambda name: bool(name.strip(" \t\r\n\v\f\u00a0\ufeff")))
amount = st.floats(0, 1e12, allow_subnormal=False)
cost = st.floats(1e-6, 1e6)


def clean(name: str) -> str:
    return name.strip(" \t\r\n\v\f\u00a0\ufeff")


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """A warehouse or none, one or two shops, everything optional present or not."""
    names = draw(st.lists(text, min_size=5, max_size=5, unique_by=clean))
    products, (shop, depot, maker) = names[:2], names[2:]
    days = draw(st.integers(4, 6))
    week = draw(st.booleans())
    start = draw(st.dates(datetime.date(1990, 1, 1), datetime.date(2150, 1, 1)))
    date = [start + datetime.timedelta((7 if week else 1) * t) for t in range(days)]
    n_points, n_sales = 4, 2 * days
    pick = st.lists

    def column(values: st.SearchStrategy[Any], size: int) -> list[Any]:
        return draw(pick(values, min_size=size, max_size=size))

    tables = {
        "products": pd.DataFrame(
            {
                "product": products,
                "missed_sale_cost": column(cost, 2),
                "holding_cost": column(cost, 2),
                "volume": column(amount, 2),
                "shelf_life": column(st.one_of(st.none(), st.integers(1, 99)), 2),
                "distribution": column(st.sampled_from(["normal", "poisson", "gamma"]), 2),
            }
        ),
        "locations": pd.DataFrame(
            {
                "location": [shop, depot],
                "storage_capacity": column(st.one_of(st.none(), amount), 2),
            }
        ),
        "lanes": pd.DataFrame(
            {
                "origin": [maker, depot, maker],
                "destination": [depot, shop, shop],
                "lead_time": column(st.integers(0, 3), 3),
                "capacity": column(st.one_of(st.none(), amount), 3),
                "unit_cost": column(amount, 3),
            }
        ),
        "product_locations": pd.DataFrame(
            {
                "product": [*products, *products],
                "location": [shop, shop, depot, depot],
                "holding_cost": column(st.one_of(st.none(), cost), n_points),
                "safety_stock": column(st.one_of(st.none(), st.floats(-9, 9)), n_points),
            }
        ),
        "product_lanes": pd.DataFrame(
            {
                "product": products,
                "origin": maker,
                "destination": depot,
                "lead_time": column(st.one_of(st.none(), st.integers(0, 3)), 2),
                "max_order_quantity": column(st.sampled_from([None, 0.0, 12.0]), 2),
                "order_multiple": column(st.sampled_from([0.0, 1.0, 6.0, None]), 2),
            }
        ),
        "capacities": pd.DataFrame(
            {
                "location": [shop, None],
                "origin": [None, maker],
                "destination": [None, depot],
                "date": [date[1], date[2]],
                "capacity": column(st.one_of(st.just(np.inf), amount), 2),
            }
        ),
        "inventory": pd.DataFrame(
            {"product": products, "location": shop, "on_hand": column(amount, 2)}
        ),
        "open_orders": pd.DataFrame(
            {
                "product": products,
                "origin": depot,
                "destination": shop,
                "quantity": column(amount, 2),
                "receipt_date": column(st.sampled_from(date), 2),
            }
        ),
        "forecast": pd.DataFrame(
            {
                "product": np.repeat(products, days),
                "location": shop,
                "date": date * 2,
                "mean": column(amount, n_sales),
                "std": column(st.one_of(st.none(), amount), n_sales),
            }
        ),
        "history": pd.DataFrame(
            {
                "product": np.repeat(products, days),
                "location": shop,
                "date": [start - datetime.timedelta((7 if week else 1) * t) for t in range(days)]
                * 2,
                "quantity": column(amount, days) + column(st.one_of(st.none(), amount), days),
                "in_stock": column(st.one_of(st.none(), st.booleans()), n_sales),
                "price": column(st.one_of(st.none(), amount), n_sales),
                "promotion": column(st.one_of(st.none(), amount), n_sales),
            }
        ),
    }
    if draw(st.booleans()):
        correlation = st.floats(0, 1, exclude_max=True, allow_subnormal=False)
        tables["forecast"]["error_correlation"] = column(st.one_of(st.none(), correlation), n_sales)
    told = draw(st.sampled_from(["forecast", "history", "both"]))
    for name in {"forecast", "history"} - {told} if told != "both" else ():
        del tables[name]
    for name in ("product_locations", "product_lanes", "capacities", "open_orders"):
        if draw(st.booleans()):
            del tables[name]
    options = {
        "period": "W" if week else "D",
        "unmet_demand": "backlog",
        "currency": names[0][:8],
        "start_date": start,
    }
    return Scenario.from_tables(tables, options)


@pytest.mark.parametrize("file_format", ["csv", "csv.gz", "parquet"])
@settings(deadline=None, max_examples=60)
@given(scenario=scenarios())
def test_what_was_written_reads_the_same(file_format: str, scenario: Scenario) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input"
        scenario.write(path, file_format=file_format)
        again = Scenario.read(path)
    assert_same(scenario, again)


@settings(deadline=None, max_examples=60)
@given(scenario=scenarios())
def test_tables_give_their_scenario_back(scenario: Scenario) -> None:
    assert_same(
        scenario, Scenario.from_tables(scenario.to_tables(), scenario.settings.model_dump())
    )


def test_a_name_of_control_characters_is_read_as_it_was_written(tmp_path: Path) -> None:
    """A carriage return in a name, too, takes the file through the slower of the two readers."""
    tables = {
        "products": pd.DataFrame([{"product": "\x1f", "missed_sale_cost": 1, "holding_cost": 1}]),
        "locations": pd.DataFrame([{"location": "a"}]),
        "lanes": pd.DataFrame([{"origin": "0\r0", "destination": "a", "lead_time": 0}]),
        "forecast": pd.DataFrame(
            [{"product": "\x1f", "location": "a", "date": "2026-01-05", "mean": 1}]
        ),
        "product_lanes": pd.DataFrame(
            [{"product": "\x1f", "origin": "0\r0", "destination": "a", "order_multiple": 0}]
        ),
    }
    scenario = Scenario.from_tables(tables)
    scenario.write(tmp_path / "input")
    assert_same(scenario, Scenario.read(tmp_path / "input"))


@given(st.text())
@example("=1+1")
@example("'=1+1")
@example("''-x")
def test_neutral_text_is_harmless_and_can_be_restored(cell: str) -> None:
    safe = neutralise_text(cell)
    assert not safe.startswith(RISKY)
    assert restore_text(safe) == cell


def test_neutralise_leaves_numbers_and_dates_alone() -> None:
    frame = pd.DataFrame(
        {
            "name": ["=cmd()", "plain"],
            "kind": pd.Categorical(["@a", "@a"]),
            "mixed": pd.Series(["-x", -1], dtype=object),
            "quantity": [-1.5, 2.0],
            "=column": pd.to_datetime(["2026-01-05", "2026-01-06"]),
        }
    )
    safe = neutralise(frame)
    assert list(safe.columns) == ["name", "kind", "mixed", "quantity", "'=column"]
    assert safe["name"].tolist() == ["'=cmd()", "plain"]
    assert safe["kind"].tolist() == ["'@a", "'@a"]
    assert safe["mixed"].tolist() == ["'-x", -1]
    assert safe["quantity"].tolist() == [-1.5, 2.0]
    assert frame["name"].tolist() == ["=cmd()", "plain"]


def test_a_csv_keeps_every_digit_and_quotes_only_what_needs_it(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": ["A", 'say "hi", you'], "value": [0.1 + 0.2, 5e-324]})
    write_csv(frame, tmp_path / "a.csv")
    write_csv(frame[:1], tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == "name,value\nA,0.30000000000000004\n"
    with (tmp_path / "a.csv").open(newline="") as file:
        (_, first, second) = csv.reader(file)
    assert (first[0], second[0]) == ("A", 'say "hi", you')
    assert (float(first[1]), float(second[1])) == (0.1 + 0.2, 5e-324)


def test_a_table_written_in_pieces_is_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = 50
    frame = pd.DataFrame(
        {
            "name": pd.Categorical.from_codes(np.arange(n) % 3, ["A", "=B", "C, D"]),
            "note": pd.Series(["plain", None] * (n // 2), dtype="str"),
            "date": pd.date_range("2026-01-05", periods=n),
            "value": np.where(np.arange(n) % 7 == 0, np.nan, np.arange(n) / 3 - 5),
        }
    )
    write_csv(frame, tmp_path / "whole.csv", 4)
    monkeypatch.setattr(write_tables, "PIECE", 7)
    write_csv(frame, tmp_path / "pieces.csv", 4)
    assert (tmp_path / "pieces.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    value = pd.read_csv(tmp_path / "pieces.csv")["value"]
    pd.testing.assert_series_equal(value, frame["value"].round(4))


def test_a_name_that_no_row_has_is_no_reason_for_quotes(tmp_path: Path) -> None:
    for code, text in ((0, "name\nA\n"), (1, 'name\n"B, C"\n')):
        frame = pd.DataFrame({"name": pd.Categorical.from_codes([code], ["A", "B, C"])})
        write_csv(frame, tmp_path / f"{code}.csv")
        assert (tmp_path / f"{code}.csv").read_text() == text


def test_routes_that_a_scenario_lacks_come_back_closed(tmp_path: Path) -> None:
    full = Scenario.read(write(tmp_path / "full"))
    keep = np.array([0, 2, 3])
    routes = dataclasses.replace(
        full.routes,
        **{f.name: getattr(full.routes, f.name)[keep] for f in dataclasses.fields(full.routes)},
    )
    again = Scenario.from_tables(full.replace(routes=routes).to_tables(), {"horizon": 3})
    assert again.routes.max_order_quantity.tolist() == [np.inf, 0, np.inf, np.inf]


class TestWholeOrNotAtAll:
    def test_an_existing_folder_is_refused_and_left_as_it_is(self, tmp_path: Path) -> None:
        scenario = Scenario.read(write(tmp_path / "a"))
        (tmp_path / "b").mkdir()
        with pytest.raises(FileExistsError, match="exists already"):
            scenario.write(tmp_path / "b")
        assert list((tmp_path / "b").iterdir()) == []

    def test_a_failure_leaves_nothing_behind(self, tmp_path: Path) -> None:
        def fail() -> None:
            with atomic_folder(tmp_path / "b") as folder:
                (folder / "half.csv").write_text("x")
                raise RuntimeError("power cut")

        with pytest.raises(RuntimeError, match="power cut"):
            fail()
        assert list(tmp_path.iterdir()) == []

    def test_an_unknown_format_is_refused(self, tmp_path: Path) -> None:
        scenario = Scenario.read(write(tmp_path / "a"))
        with pytest.raises(ValueError, match="parquet"):
            scenario.write(tmp_path / "b", file_format="xls")


@pytest.mark.parametrize("currency", ["€", "a\x85b", "a\u2028b", "a\nb"])
def test_a_currency_is_read_as_it_was_written(currency: str, tmp_path: Path) -> None:
    scenario = Scenario.read(write(tmp_path / "in")).replace(currency=currency)
    scenario.write(tmp_path / "out")
    assert Scenario.read(tmp_path / "out").settings.currency == currency
    if currency.isprintable():
        assert currency in (tmp_path / "out" / "settings.yaml").read_text(encoding="utf-8")

"""Past sales: how records become a history, when the plan begins, what is odd, and what is kept."""

from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.text.chain import scenario_text
from scenarios.errors import Finding, InputError
from scenarios.model.fingerprint import input_hash
from scenarios.model.history import History
from scenarios.model.scenario import Scenario
from scenarios.model.what_if import Change
from scenarios.simulation.rolling import longer, scenario_at
from scenarios.simulation.run import initial_state
from solver.yardsticks.scenario_copies import copies
from tests.scenarios.writing.test_round_trip import assert_same
from tests.support.input_folders import GOOD, errors, write

NAN = np.nan
MONDAY = np.datetime64("2026-01-05")
"""The plan of ``weekly`` begins here."""


def tables(history: pd.DataFrame, **others: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """Products A and B, a shop behind a depot; B's category is told."""
    made: dict[str, pd.DataFrame | None] = {
        "products": pd.DataFrame(
            {
                "product": ["A", "B"],
                "missed_sale_cost": [5, 6],
                "holding_cost": 1,
                "category": [None, "drinks"],
            }
        ),
        "locations": pd.DataFrame({"location": ["Shop", "Depot"]}),
        "lanes": pd.DataFrame(
            {"origin": ["Maker", "Depot"], "destination": ["Depot", "Shop"], "lead_time": [2, 1]}
        ),
        "inventory": pd.DataFrame({"product": ["A", "B"], "location": "Depot", "on_hand": 8}),
        "history": history,
    }
    return {name: table for name, table in (made | others).items() if table is not None}


def weekly(quantity: dict[str, list[Any]], **columns: Any) -> pd.DataFrame:
    """Sales at Shop by week, up to the week before MONDAY; None: no record."""
    parts = [
        pd.DataFrame(
            {
                "product": product,
                "location": "Shop",
                "date": MONDAY - 7 * np.arange(len(sold), 0, -1),
                "quantity": sold,
            }
        )
        for product, sold in quantity.items()
    ]
    table = pd.concat(parts, ignore_index=True).assign(**columns)
    return table[table["quantity"].notna()].infer_objects()


def daily(dates: list[str], quantity: list[float], **columns: Any) -> pd.DataFrame:
    """Sales of A at Shop."""
    frame = {"product": "A", "location": "Shop", "date": dates, "quantity": quantity}
    return pd.DataFrame(frame | columns)


def read(history: pd.DataFrame, others: dict[str, Any] | None = None, **settings: Any) -> Scenario:
    """By the week unless told otherwise."""
    return Scenario.from_tables(tables(history, **(others or {})), {"period": "W"} | settings)


def past(scenario: Scenario) -> History:
    assert scenario.history is not None
    return scenario.history


def row(scenario: Scenario, product: str, location: str = "Shop") -> int:
    """The stock point."""
    p = scenario.products.name.tolist().index(product)
    j = scenario.locations.name.tolist().index(location)
    points = scenario.points
    return int(np.flatnonzero((points.product == p) & (points.location == j))[0])


def sold(scenario: Scenario, product: str = "A") -> list[float]:
    return past(scenario).quantity[row(scenario, product)].tolist()


def warned(scenario: Scenario, words: str) -> Finding:
    """The one warning that says so."""
    (found,) = [w for w in scenario.warnings if words in w.message]
    assert found.severity == "warning"
    return found


def refused(history: pd.DataFrame, **settings: Any) -> Finding:
    """The one error."""
    with pytest.raises(InputError) as caught:
        read(history, **settings)
    (error,) = [f for f in caught.value.findings if f.severity == "error"]
    return error


TEN = {"A": [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10], "B": [None, None, 2, 2, 2, 2, 2, 2, 2, 2.5]}


class TestArrays:
    def test_sales_lie_in_past_periods_and_begin_with_the_series(self) -> None:
        scenario = read(weekly(TEN))
        history = past(scenario)
        assert (history.days, history.n_periods) == (7, 10)
        assert history.first == MONDAY - 70
        assert list(history.dates) == list(pd.date_range("2025-10-27", periods=10, freq="7D"))
        assert sold(scenario) == TEN["A"]
        assert np.isnan(sold(scenario, "B")[:2]).all()
        assert sold(scenario, "B")[2:] == TEN["B"][2:]
        assert np.isnan(history.quantity[row(scenario, "A", "Depot")]).all()
        assert history.in_stock.all()
        assert (history.price, history.promotion) == (None, None)

    def test_demand_is_unknown_where_there_is_a_history_alone(self) -> None:
        scenario = read(weekly(TEN))
        assert scenario.lacks_forecast
        shop = [row(scenario, "A"), row(scenario, "B")]
        assert scenario.points.sells.tolist() == [k in shop for k in range(4)]
        assert np.isnan(scenario.mean[shop]).all()
        assert np.isnan(scenario.std[shop]).all()
        depot = ~scenario.points.sells
        assert not scenario.mean[depot].any()
        assert not scenario.std[depot].any()
        nobody = np.zeros_like(scenario.mean)
        assert not scenario.replace(mean=nobody, std=nobody).lacks_forecast

    def test_a_forecast_counts_where_there_are_both(self) -> None:
        forecast = daily(["2026-01-05", "2026-01-12", "2026-01-19"], [1, 2, 3])
        forecast = forecast.rename(columns={"quantity": "mean"})
        scenario = read(weekly(TEN), {"forecast": forecast})
        assert not scenario.lacks_forecast
        assert scenario.mean[row(scenario, "A")].tolist() == [1, 2, 3]
        assert scenario.mean[row(scenario, "B")].tolist() == [0, 0, 0]
        assert scenario.points.sells[row(scenario, "B")]
        assert sold(scenario) == TEN["A"]
        assert scenario.products.distribution.tolist() == ["negative_binomial", "gamma"]
        assert warned(scenario, "no forecast, which counts").value == "B, Shop"

    def test_records_of_a_period_are_put_together(self) -> None:
        days = ["2025-12-22", "2025-12-23", "2025-12-23", "2025-12-29"]
        history = daily(
            days,
            [1, 2, 4, 8],
            in_stock=["yes", "NO", "true", "1"],
            price=[2.0, 3.0, None, None],
            promotion=[0.1, None, 0.3, 0.2],
        )
        scenario = read(history, start_date=datetime.date(2026, 1, 5))
        k, found = row(scenario, "A"), past(scenario)
        assert found.price is not None
        assert found.promotion is not None
        assert found.quantity[k].tolist() == [7, 8]
        assert found.in_stock[k].tolist() == [False, True]
        np.testing.assert_array_equal(found.price[k, :3], [2.5, NAN, NAN])
        assert found.promotion[k, :3].tolist() == [0.3, 0.2, 0]
        twice = warned(scenario, "same product, location and date")
        assert (twice.row, twice.count) == (4, 1)

    def test_price_and_promotion_are_known_ahead(self) -> None:
        ahead = daily(["2026-01-06", "2026-01-20"], [NAN, NAN], price=[4, 5], promotion=[0, 0.5])
        history = pd.concat([weekly(TEN, price=3.0), ahead])
        scenario = read(history, horizon=4)
        found, k = past(scenario), row(scenario, "A")
        assert found.price is not None
        assert found.promotion is not None
        assert found.price.shape == (4, 14)
        np.testing.assert_array_equal(found.price[k, 8:], [3, 3, 4, NAN, 5, NAN])
        assert found.promotion[k, 10:].tolist() == [0, 0, 0.5, 0]
        assert np.isnan(found.price[row(scenario, "B"), 10:]).all()

    @pytest.mark.parametrize("cells", [[True, False], [1, 0], ["Yes", " no "], ["TRUE", "False"]])
    def test_in_stock_may_be_said_in_many_ways(self, cells: list[Any]) -> None:
        history = weekly({"A": [1.0, 2]}).assign(in_stock=cells)
        scenario = read(history)
        assert past(scenario).in_stock[row(scenario, "A")].tolist() == [True, False]

    def test_in_stock_must_be_one_of_them(self) -> None:
        error = refused(weekly({"A": [1.0, 2]}).assign(in_stock=["true", "perhaps"]))
        assert (error.row, error.column, error.value) == (3, "in_stock", "perhaps")

    def test_a_blank_distribution_is_chosen_from_the_sales(self) -> None:
        scenario = read(weekly(TEN))  # B once sold half a unit
        assert scenario.products.distribution.tolist() == ["negative_binomial", "gamma"]
        products = tables(weekly(TEN))["products"].assign(distribution=["poisson", None])
        chosen = read(weekly(TEN), {"products": products}).products.distribution
        assert chosen.tolist() == ["poisson", "gamma"]

    def test_categories(self) -> None:
        assert read(weekly(TEN)).products.category.tolist() == ["", "drinks"]


class TestUntil:
    def scenario(self) -> Scenario:
        history = weekly(TEN, price=3.0)
        history["promotion"] = np.arange(len(history)) / 100
        return read(history, horizon=4)

    def test_only_the_first_periods_and_the_plans_after_them_are_left(self) -> None:
        scenario = self.scenario()
        early = past(scenario).until(6)
        assert early.price is not None
        assert early.promotion is not None
        assert (early.n_periods, early.first) == (6, MONDAY - 70)
        assert early.quantity[row(scenario, "A")].tolist() == TEN["A"][:6]
        assert early.in_stock.shape == (4, 6)
        assert early.price.shape == early.promotion.shape == (4, 10)
        assert early.until(3).price.shape == (4, 7)  # type: ignore[union-attr]

    def test_what_came_later_cannot_be_told_from_it(self) -> None:
        history = past(self.scenario())
        assert history.price is not None
        assert history.promotion is not None
        quantity, in_stock = history.quantity.copy(), history.in_stock.copy()
        price = history.price.copy()
        quantity[:, 6:], in_stock[:, 6:], price[:, 10:] = 99, False, 99
        other = dataclasses.replace(history, quantity=quantity, in_stock=in_stock, price=price)
        assert_same(history.until(6), other.until(6))

    @pytest.mark.parametrize("n", [0, 11])
    def test_there_must_be_as_many_periods(self, n: int) -> None:
        with pytest.raises(ValueError, match="1 to 10"):
            past(self.scenario()).until(n)


class TestCalendar:
    def test_weekly_sales_go_on_a_week_later(self) -> None:
        scenario = read(weekly(TEN))
        assert scenario.dates[0] == pd.Timestamp(MONDAY)
        assert scenario.settings.start_date == datetime.date(2026, 1, 5)

    def test_daily_sales_go_on_the_next_day_by_day(self) -> None:
        scenario = read(daily(["2026-01-01", "2026-01-02", "2026-01-04"], [1, 2, 3]), period="D")
        assert scenario.dates[0] == pd.Timestamp("2026-01-05")
        assert sold(scenario) == [1, 2, 0, 3]

    def test_weeks_of_daily_sales_are_counted_backwards_and_the_last_is_whole(self) -> None:
        # Wednesday is the last day: weeks begin on Thursdays, the first record is a Monday's.
        days = pd.date_range("2026-01-05", "2026-01-21").strftime("%Y-%m-%d").tolist()
        scenario = read(daily(days, [1.0] * 17))
        assert scenario.dates[0] == pd.Timestamp("2026-01-22")
        assert past(scenario).first == np.datetime64("2026-01-01")
        assert sold(scenario) == [3, 7, 7]
        # Of the first week, three days are known: at least that much was wanted.
        assert past(scenario).in_stock[row(scenario, "A")].tolist() == [False, True, True]

    def test_a_start_date_leaves_out_what_was_not_known_then(self) -> None:
        scenario = read(weekly(TEN), start_date=datetime.date(2025, 12, 22))
        assert scenario.dates[0] == pd.Timestamp("2025-12-22")
        assert sold(scenario) == TEN["A"][:8]
        late = warned(scenario, "after the start of the plan")
        assert (late.count, late.row, late.value) == (4, 10, "2025-12-22")

    def test_changing_the_future_changes_nothing(self) -> None:
        start = datetime.date(2025, 12, 22)
        other = dict(TEN) | {"A": [*TEN["A"][:8], 70.0, 0.5]}
        assert_same(read(weekly(TEN), start_date=start), read(weekly(other), start_date=start))

    def test_periods_after_the_last_record_are_unknown(self) -> None:
        scenario = read(weekly({"A": TEN["A"]}), start_date=datetime.date(2026, 1, 19))
        assert sold(scenario) == [*TEN["A"], 0, 0]
        in_stock = past(scenario).in_stock[row(scenario, "A")]
        assert in_stock.tolist() == [True] * 10 + [False] * 2
        assert "the last 2 before the plan" in warned(scenario, "not known what was sold").message

    def test_no_sale_before_the_start_is_an_error(self) -> None:
        error = refused(weekly(TEN), start_date=datetime.date(2025, 1, 6))
        assert (error.column, "correct start_date" in error.remedy) == ("date", True)

    def test_beside_a_forecast_it_is_a_warning(self) -> None:
        forecast = daily(["2025-01-06"], [1.0]).rename(columns={"quantity": "mean"})
        scenario = read(weekly(TEN), {"forecast": forecast}, horizon=4)
        assert scenario.history is None
        assert warned(scenario, "no quantity is from before").column == "date"

    @pytest.mark.parametrize(("day", "odd"), [(5, False), (6, False), (7, True), (11, True)])
    def test_weeks_that_do_not_fit_those_of_the_plan_are_told(self, day: int, odd: bool) -> None:
        # Sales are dated by Mondays: first days of a week that begins then, or last days.
        scenario = read(weekly(TEN), start_date=datetime.date(2026, 1, day))
        notes = [w.count for w in scenario.warnings if "of the sales do not" in w.message]
        assert notes == [10] * odd

    def test_a_century_by_a_slip_is_an_error(self) -> None:
        slip = daily(["1905-12-29"], [1.0])
        assert "wrong date" in refused(pd.concat([weekly(TEN), slip])).remedy

    @pytest.mark.parametrize(
        ("step", "period", "remedy"),
        [(7, "D", "set period: W"), (30, "D", "resample"), (30, "W", "resample")],
    )
    def test_sales_must_be_as_frequent_as_the_periods(
        self, step: int, period: str, remedy: str
    ) -> None:
        dates = [str(MONDAY - step * n) for n in range(12)]
        error = refused(daily(dates, [1.0] * 12), period=period)
        assert (error.column, remedy in error.remedy) == ("date", True)
        assert f"every {step} days" in error.message

    @pytest.mark.parametrize(("period", "horizon"), [("D", 28), ("W", 13)])
    def test_the_horizon_by_default(self, period: str, horizon: int) -> None:
        history = weekly(TEN) if period == "W" else daily(["2026-01-01", "2026-01-02"], [1, 2])
        assert read(history, period=period).n_periods == horizon
        assert read(history, period=period, horizon=9).n_periods == 9

    def test_the_horizon_covers_the_longest_way(self) -> None:
        # Depot: ceil((9 + 1) / 2) * 2 = 10 periods, then 1 to Shop, then 2 up to the next order:
        # an order covers 13. With the review period and 4 more: 19.
        lanes = tables(weekly(TEN))["lanes"].assign(lead_time=[9, 1])
        assert read(weekly(TEN), {"lanes": lanes}, review_period=2).n_periods == 19
        # The same by the lead time of a product.
        slow = {"product": ["A"], "origin": "Maker", "destination": "Depot", "lead_time": 9}
        special = {"product_lanes": pd.DataFrame(slow)}
        assert read(weekly(TEN), special, review_period=2).n_periods == 19


class TestOddSales:
    def test_returns_beyond_sales_count_as_nothing(self) -> None:
        scenario = read(weekly({"A": [5.0, -2, *TEN["A"][2:]]}))
        assert sold(scenario)[:3] == [5, 0, 3]
        assert "1 period of 1 series" in warned(scenario, "returns exceed sales").message

    def test_returns_are_taken_off_the_sales_of_their_week(self) -> None:
        dates = ["2025-12-29", "2025-12-30", "2026-01-04"]
        assert sold(read(daily(dates, [5, -2, 1]))) == [4]

    def test_a_period_without_a_record_sold_nothing(self) -> None:
        scenario = read(weekly({"A": TEN["A"], "B": [None, 2, None, None, 2, 2, 2, 2, 2, 2]}))
        np.testing.assert_array_equal(sold(scenario, "B")[:5], [NAN, 2, 0, 0, 2])
        gap = warned(scenario, "no record after the first")
        assert "2 periods of 1 series" in gap.message
        assert "in_stock false" in gap.remedy
        assert past(scenario).in_stock.all()

    def test_a_blank_quantity_in_the_past_is_unknown(self) -> None:
        history = weekly(TEN)
        history.loc[3, "quantity"] = NAN
        scenario = read(history)
        assert sold(scenario)[:5] == [1, 2, 3, 0, 5]
        assert np.flatnonzero(~past(scenario).in_stock[row(scenario, "A")]).tolist() == [3]
        assert "1 period of 1 series" in warned(scenario, "not known what was sold").message

    def test_series_that_tell_little(self) -> None:
        full = [1.0] * 5 + [0.0] * 13
        names = {"A": full, "B": [0.0] * 18, "C": [None] * 12 + [1.0] * 6, "D": [1.0] * 18}
        products = pd.DataFrame(
            {"product": [*names, "E", "F"], "missed_sale_cost": 5, "holding_cost": 1}
        )
        stock = pd.DataFrame({"product": ["E"], "location": "Shop", "on_hand": 1})
        scenario = read(weekly(names), {"products": products, "inventory": stock})
        told = {
            "in the last 13 weeks": "A, Shop",
            "nothing was ever sold": "B, Shop",
            "fewer than 8 weeks": "C, Shop",
            "has no history": "E, Shop",
            "there is no history for the product": "E",
        }
        for words, value in told.items():
            assert (warned(scenario, words).value, len(told)) == (value, len(scenario.warnings))
        assert warned(scenario, "there is no history for the product").count == 2

    def test_days_are_short_below_28_and_silent_after_56(self) -> None:
        def by_day(*quantity: float) -> Scenario:
            days = [str(MONDAY - n) for n in range(len(quantity), 0, -1)]
            return read(daily(days, list(quantity)), period="D")

        assert "28 days" in warned(by_day(*[1.0] * 27), "fewer than").message
        assert by_day(*[1.0] * 28).warnings[0].message.startswith("there is no history for")
        assert "56 days" in warned(by_day(1.0, *[0.0] * 56), "in the last").message
        assert not [w for w in by_day(1.0, *[0.0] * 55).warnings if "in the last" in w.message]


class TestNames:
    """Histories in the form of Nixtla's libraries."""

    def series(self, *ids: str) -> pd.DataFrame:
        week = [MONDAY - 14, MONDAY - 7]
        parts = [pd.DataFrame({"unique_id": i, "ds": week, "y": [1.0, 2.0]}) for i in ids]
        return pd.concat(parts, ignore_index=True)

    @pytest.mark.parametrize("letter", "/|_:-")
    @pytest.mark.parametrize("order", ["{0}{1}{2}", "{2}{1}{0}", "{0} {1} {2}"])
    def test_product_and_location_in_either_order(self, letter: str, order: str) -> None:
        scenario = read(self.series(order.format("A", letter, "Shop")))
        assert sold(scenario) == [1, 2]

    def test_names_that_hold_the_separator(self) -> None:
        products = pd.DataFrame(
            {"product": ["A_B", "B"], "missed_sale_cost": 5.0, "holding_cost": 1.0}
        )
        others = {"products": products, "inventory": None}
        assert sold(read(self.series("A_B_Shop"), others), "A_B") == [1, 2]

    def test_the_product_comes_first_where_both_ways_are_possible(self) -> None:
        places = pd.DataFrame({"location": ["A", "B"]})
        lanes = pd.DataFrame({"origin": "Maker", "destination": ["A", "B"], "lead_time": 1})
        others = {"locations": places, "lanes": lanes, "inventory": None}
        scenario = read(self.series("A/B"), others)
        assert past(scenario).quantity[row(scenario, "A", "B")].tolist() == [1, 2]
        assert scenario.n_points == 1

    def test_one_order_is_taken_for_all_where_it_fits_all(self) -> None:
        # 1/2 could be either; 2/3 can only be product 3 at place 2, and so place 1 sells product 2.
        names = {"product": [1, 2, 3], "missed_sale_cost": 5.0, "holding_cost": 1.0}
        others = {
            "products": pd.DataFrame(names),
            "locations": pd.DataFrame({"location": [1, 2]}),
            "lanes": pd.DataFrame({"origin": "Maker", "destination": [1, 2], "lead_time": 1}),
            "inventory": None,
        }
        scenario = read(self.series("1/2", "2/3"), others)
        named = zip(scenario.points.product, scenario.points.location, strict=True)
        assert list(named) == [(1, 0), (2, 1)]

    def test_the_product_alone_where_one_place_sells(self) -> None:
        assert sold(read(self.series("A", "B")), "B") == [1, 2]  # Depot supplies Shop
        two = {"locations": pd.DataFrame({"location": ["Shop", "Depot", "Kiosk"]})}
        with pytest.raises(InputError, match="names no known product and location"):
            read(self.series("A"), two)

    def test_what_means_nothing_is_told_with_examples(self) -> None:
        with pytest.raises(InputError) as caught:
            read(self.series("A/Shop", "Z/Shop", "A/Moon"))
        wrong = [f for f in caught.value.findings if f.severity == "error"]
        found = [(f.column, f.row, f.value, f.count) for f in wrong]
        assert found == [("unique_id", 4, "Z/Shop", 2), ("unique_id", 6, "A/Moon", 2)]

    def test_nothing_but_unknown_series_is_one_finding_each(self) -> None:
        assert refused(self.series("Z/Shop")).value == "Z/Shop"

    def test_other_columns_are_read_along(self) -> None:
        scenario = read(self.series("A/Shop").assign(price=2.0, in_stock=[1, 0]))
        assert past(scenario).in_stock[row(scenario, "A")].tolist() == [True, False]
        assert past(scenario).price is not None

    def test_from_a_file(self, tmp_path: Path) -> None:
        text = "unique_id;ds;y\n'=A/Shop;2025-12-22;1,5\n'=A/Shop;2025-12-29;2\n"
        products = "product,missed_sale_cost,holding_cost\n'=A,5,1\n"
        folder = write(
            tmp_path, forecast__csv=None, history__csv=text, products__csv=products,
            inventory__csv=None, settings__yaml="period: W",
        )  # fmt: skip
        scenario = Scenario.read(folder)
        assert sold(scenario, "=A") == [1.5, 2]


class TestTables:
    def test_neither_forecast_nor_history_is_one_error(self, tmp_path: Path) -> None:
        (error,) = errors(write(tmp_path, forecast__csv=None))
        assert error.file == "forecast.csv or history.csv"
        assert "history (product, location, date, quantity)" in error.remedy

    def test_the_quantity_must_be_there(self) -> None:
        error = refused(weekly(TEN).rename(columns={"quantity": "quantty"}))
        assert (error.column, "'quantty'" in error.remedy) == ("quantity", True)

    def test_an_empty_history_is_an_error(self) -> None:
        assert "there is no history of any product" in refused(weekly(TEN)[:0]).message

    def test_quantities_of_which_none_is_known_are_an_error(self) -> None:
        assert "date and a quantity" in refused(weekly(TEN).assign(quantity=NAN)).message

    @pytest.mark.parametrize(
        ("change", "column", "value"),
        [
            ({"quantity": "many"}, "quantity", "many"),
            ({"product": "Z"}, "product", "Z"),
            ({"location": "Shp"}, "location", "Shp"),
            ({"date": "05/01/2026"}, "date", "05/01/2026"),
            ({"price": -1.0}, "price", "-1"),
        ],
    )
    def test_bad_cells_are_told(self, change: dict[str, Any], column: str, value: str) -> None:
        history = weekly(TEN).astype(object)
        for name, cell in change.items():
            history.loc[history.index[4], name] = cell
        error = refused(history)
        assert (error.row, error.column, error.value) == (6, column, value)

    @pytest.mark.parametrize("file_format", ["csv", "csv.gz", "parquet"])
    @pytest.mark.parametrize("forecast", [False, True])
    def test_what_was_written_reads_the_same(
        self, tmp_path: Path, file_format: str, forecast: bool
    ) -> None:
        scenario = self.full()
        if forecast:
            known = np.nan_to_num(scenario.mean, nan=2.5)
            scenario = scenario.replace(mean=known, std=known / 2)
        scenario.write(tmp_path / "out", file_format=file_format)
        assert (tmp_path / "out" / f"forecast.{file_format}").exists() is forecast
        assert_same(scenario, Scenario.read(tmp_path / "out"))
        assert_same(
            scenario, Scenario.from_tables(scenario.to_tables(), scenario.settings.model_dump())
        )

    def full(self) -> Scenario:
        """Everything that a history can say, by days put together to weeks."""
        rng = np.random.default_rng(1)
        n = 60
        history = pd.DataFrame(
            {
                "product": rng.choice(["A", "B"], n),
                "location": "Shop",
                "date": np.datetime64("2025-09-01") + rng.permutation(n),
                "quantity": rng.poisson(2.0, n).astype(float) - 1,
                "in_stock": rng.random(n) < 0.8,
                "price": np.where(rng.random(n) < 0.5, 1.1, NAN),
                "promotion": rng.choice([0, 0.25], n),
            }
        )
        ahead = daily(["2025-11-01", "2025-11-15"], [NAN] * 2, price=[1.3, None], promotion=0.1)
        return read(pd.concat([history, ahead]))

    def test_a_workbook(self, tmp_path: Path) -> None:
        scenario = self.full()
        with pd.ExcelWriter(tmp_path / "in.xlsx") as book:
            for name, table in scenario.to_tables().items():
                table.to_excel(book, sheet_name=name, index=False)
            values = {"setting": ["period", "start_date"], "value": ["W", scenario.dates[0]]}
            pd.DataFrame(values).to_excel(book, sheet_name="settings", index=False)
        assert_same(past(scenario), past(Scenario.read(tmp_path / "in.xlsx")))

    def test_a_forecast_of_some_points_only_is_not_written(self) -> None:
        scenario = read(weekly(TEN))
        mean = scenario.mean.copy()
        mean[row(scenario, "A")] = 1.0
        with pytest.raises(ValueError, match="unfinished forecast"):
            scenario.replace(mean=mean, std=mean).to_tables()

    def test_a_summary_tells_what_was_sold(self) -> None:
        text = scenario_text(read(weekly(TEN)))
        assert "past sales          71.5 units of 2 series in 10 weeks from 2025-10-27" in text
        assert "to be forecast from past sales" in text

    def test_the_good_folder_has_no_history(self, tmp_path: Path) -> None:
        scenario = Scenario.read(write(tmp_path))
        assert (scenario.history, "history" in scenario.to_tables()) == (None, False)
        assert "history.csv" not in GOOD


class TestChangedScenarios:
    def scenario(self) -> Scenario:
        scenario = read(weekly(TEN, price=3.0, promotion=0.1), horizon=6)
        return scenario.replace(mean=np.nan_to_num(scenario.mean), std=np.nan_to_num(scenario.std))

    def test_a_history_must_fit(self) -> None:
        scenario = self.scenario()
        history = past(scenario)
        with pytest.raises(ValueError, match="does not end"):
            scenario.replace(history=history.until(9).ahead(6))
        with pytest.raises(ValueError, match="4 stock points"):
            scenario.replace(history=history.take(np.array([0, 1])))
        with pytest.raises(ValueError, match="past and plan"):
            scenario.replace(history=history.ahead(5))
        with pytest.raises(ValueError, match="1 days"):
            scenario.replace(history=dataclasses.replace(history, days=1))
        with pytest.raises(ValueError, match="in_stock"):
            scenario.replace(history=dataclasses.replace(history, in_stock=np.ones((4, 3), bool)))

    def test_rows_are_taken_in_the_order_asked_for(self) -> None:
        history = past(self.scenario())
        taken = history.take(np.array([1, 0]))
        assert taken.price is not None
        assert history.price is not None
        np.testing.assert_array_equal(taken.quantity, history.quantity[[1, 0]])
        np.testing.assert_array_equal(taken.price, history.price[[1, 0]])

    def test_it_stays_in_the_first_period_and_is_left_out_later(self) -> None:
        scenario = self.scenario()
        state = initial_state(scenario)
        now = scenario_at(scenario, state, 0, 3)
        assert past(now).price.shape == (4, 13)  # type: ignore[union-attr]
        np.testing.assert_array_equal(past(now).quantity, past(scenario).quantity)
        assert scenario_at(scenario, state, 1, 3).history is None

    def test_nothing_is_known_ahead_where_a_scenario_is_made_longer(self) -> None:
        scenario = self.scenario()
        more, k = past(longer(scenario, 8)), row(scenario, "A")
        assert more.price is not None
        assert more.promotion is not None
        assert np.isnan(more.price[k, 16:]).all()
        assert more.promotion[k, 16:].tolist() == [0, 0]

    def test_copies_have_none(self) -> None:
        scenario = self.scenario()
        assert copies(scenario, np.ones((2, *scenario.mean.shape))).history is None

    def test_a_forecast_that_is_not_there_cannot_be_scaled(self) -> None:
        with pytest.raises(InputError, match="forecast demand from the history first"):
            Change(demand=1.2)(read(weekly(TEN)))
        assert Change(storage=0.5)(self.scenario()).history is not None

    def test_the_hash_tells_histories_apart(self) -> None:
        scenario = self.scenario()
        history = past(scenario)
        others = [
            dataclasses.replace(history, quantity=history.quantity + 1),
            dataclasses.replace(history, in_stock=~history.in_stock),
            dataclasses.replace(history, price=None),
            dataclasses.replace(history, promotion=None),
            None,
        ]
        hashes = {input_hash(scenario.replace(history=other)) for other in (history, *others)}
        assert len(hashes) == 6
        products = dataclasses.replace(
            scenario.products, category=np.array(["", "food"], dtype=object)
        )
        assert input_hash(scenario.replace(products=products)) not in hashes

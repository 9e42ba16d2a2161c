"""Files that are missing, broken or unusual: one clear finding, or read as the user meant it."""

from __future__ import annotations

import datetime
import gzip
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import scenarios.reading.csv_file
from scenarios.errors import Finding, InputError
from scenarios.model.scenario import Scenario
from tests.support.input_folders import GOOD, errors, findings, write


def warnings_of(folder: Path) -> tuple[Finding, ...]:
    return Scenario.read(folder).warnings


def frames() -> dict[str, pd.DataFrame]:
    """The good input as data frames."""
    names = [name for name in GOOD if name.endswith(".csv")]
    rows = {name.removesuffix(".csv"): GOOD[name].strip().split("\n") for name in names}
    tables = {}
    for name, lines in rows.items():
        header, *body = (line.split(",") for line in lines)
        table = pd.DataFrame(body, columns=header)
        for column in table.columns.difference(
            ["product", "location", "origin", "destination", "date"]
        ):
            table[column] = pd.to_numeric(table[column])
        tables[name] = table
    tables["forecast"]["date"] = pd.to_datetime(tables["forecast"]["date"])
    return tables


def workbook(path: Path, **changes: list[list[Any]]) -> Path:
    """The good input as a workbook, with some sheets changed."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, table in frames().items():
        sheet = book.create_sheet(name)
        cells = [list(table.columns), *table.astype(object).where(table.notna(), None).values]
        for record in changes.get(name, cells):
            sheet.append(list(record))
    for name in changes.keys() - frames().keys():
        sheet = book.create_sheet(name)
        for record in changes[name]:
            sheet.append(record)
    book.save(path)
    return path


class TestAGoodInput:
    def test_becomes_arrays(self, tmp_path: Path) -> None:
        s = Scenario.read(write(tmp_path))
        assert s.warnings == ()
        assert list(s.products.name) == ["A", "B"]
        # Points by location and then product: Shop A, Shop B, Depot A, Depot B. The depot keeps
        # both because the shop it supplies does, although no table says so of A.
        assert s.points.location.tolist() == [0, 0, 1, 1]
        assert s.points.product.tolist() == [0, 1, 0, 1]
        assert s.points.on_hand.tolist() == [7, 0, 0, 8]
        assert s.points.sells.tolist() == [True, True, False, False]
        assert s.mean.tolist() == [[1, 2, 3], [4, 5, 6], [0, 0, 0], [0, 0, 0]]
        assert s.std[0].tolist() == [0.5, 0.5, 0.5]
        # Routes by destination: two into the shop from the depot's points, two from outside.
        assert s.routes.origin.tolist() == [2, 3, -1, -1]
        assert s.routes.lead_time.tolist() == [1, 1, 2, 2]
        assert s.locations.storage_capacity.tolist() == [[10] * 3, [np.inf] * 3]
        assert s.dates[0] == pd.Timestamp("2026-01-05")
        assert s.settings.start_date == datetime.date(2026, 1, 5)
        assert s.settings.horizon == 3

    def test_overrides_reach_their_points_routes_and_dates(self, tmp_path: Path) -> None:
        s = Scenario.read(
            write(
                tmp_path,
                product_locations__csv=(
                    "product,location,holding_cost,safety_stock\nA,Depot,0.5,\nB,Shop,,-3\n"
                ),
                product_lanes__csv=(
                    "product,origin,destination,lead_time,order_multiple\nB,Maker,Depot,1,6\n"
                ),
                capacities__csv=(
                    "location,origin,destination,date,capacity\n"
                    "Shop,,,2026-01-06,3\n,Depot,Shop,2026-01-07,4\n"
                ),
                open_orders__csv=(
                    "product,origin,destination,quantity,receipt_date\nB,Depot,Shop,2,2026-01-06\n"
                ),
            )
        )
        assert s.points.holding_cost.tolist() == [1, 1, 0.5, 1]
        np.testing.assert_array_equal(s.points.safety_stock, [np.nan, -3, np.nan, np.nan])
        assert s.routes.lead_time.tolist() == [1, 1, 2, 1]
        assert s.routes.order_multiple.tolist() == [1, 1, 1, 6]
        assert s.locations.storage_capacity[0].tolist() == [10, 3, 10]
        assert s.lanes.capacity[1].tolist() == [np.inf, np.inf, 4]
        assert s.scheduled.tolist() == [[0, 0, 0], [0, 2, 0], [0, 0, 0], [0, 0, 0]]

    def test_a_week_runs_from_the_start_date(self, tmp_path: Path) -> None:
        # 5 January is day 0; 11 January is day 6 and so week 0, 12 January is week 1.
        forecast = "product,location,date,mean\nA,Shop,2026-01-11,1\nB,Shop,2026-01-12,2\n"
        s = Scenario.read(
            write(
                tmp_path,
                forecast__csv=forecast,
                settings__yaml="period: W\nstart_date: 2026-01-05\nhorizon: 3\n",
            )
        )
        assert s.mean[:2].tolist() == [[1, 0, 0], [0, 2, 0]]
        assert list(s.dates.strftime("%m-%d")) == ["01-05", "01-12", "01-19"]

    def test_poisson_demand_without_std_has_that_of_its_mean(self, tmp_path: Path) -> None:
        s = Scenario.read(
            write(
                tmp_path,
                products__csv=(
                    "product,missed_sale_cost,holding_cost,distribution\nA,5,1,Poisson\nB,6,1,\n"
                ),
                forecast__csv="product,location,date,mean\nA,Shop,2026-01-05,4\n"
                "A,Shop,2026-01-06,9\nA,Shop,2026-01-07,0\nB,Shop,2026-01-05,4\n",
            )
        )
        assert s.std[:2].tolist() == [[2, 3, 0], [0, 0, 0]]

    def test_names_stay_text(self, tmp_path: Path) -> None:
        s = Scenario.read(
            write(
                tmp_path,
                products__csv="product,missed_sale_cost,holding_cost\n007,5,1\nNA,6,1\n",
                forecast__csv=GOOD["forecast.csv"].replace("A,", "007,").replace("B,", "NA,"),
                inventory__csv=None,
            )
        )
        assert list(s.products.name) == ["007", "NA"]


class TestUnusualFiles:
    def same(self, folder: Path, other: Path) -> None:
        expected, found = Scenario.read(write(other)), Scenario.read(folder)
        assert found.warnings == ()
        np.testing.assert_array_equal(found.mean, expected.mean)
        np.testing.assert_array_equal(found.points.on_hand, expected.points.on_hand)

    @pytest.mark.parametrize(
        "change",
        {
            "a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
            "Windows line ends": lambda text: text.replace("\n", "\r\n").encode(),
            "old Mac line ends": lambda text: text.replace("\n", "\r").encode(),
            "no line end at the end": lambda text: text.rstrip("\n").encode(),
            "blank lines": lambda text: text.replace("\n", "\n\n").encode(),
            "blank lines at the end": lambda text: (text + "\n\r\n\n").encode(),
            "empty records at the end": lambda text: (text + ",,,,\n,,,,\n").encode(),
            "blanks around names": lambda text: text.replace("A,Shop", " A , Shop ").encode(),
            "blanks around numbers": lambda text: text.replace(",4,0", ", 4 ,0").encode(),
            "capitals in the header": lambda text: text.replace("mean", "Mean ").encode(),
            "semicolons": lambda text: text.replace(",", ";").encode(),
            "decimal commas": lambda text: text.replace(",", ";").replace("0.5", "0,5").encode(),
            "tabs": lambda text: text.replace(",", "\t").encode(),
            "quotes": lambda text: text.replace("Shop", '"Shop"').encode(),
            "times of day": lambda text: text.replace("-05,", "-05 00:00:00,").encode(),
        }.items(),
        ids=lambda change: change[0],
    )
    def test_are_read_as_meant(self, tmp_path: Path, change: tuple[str, Any]) -> None:
        changed = change[1](GOOD["forecast.csv"])
        self.same(write(tmp_path / "a", forecast__csv=changed), tmp_path / "b")

    def test_blank_lines_at_the_end_do_not_slow_reading_down(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Line by line, a forecast of millions of records takes a quarter of a minute.
        monkeypatch.setattr(scenarios.reading.csv_file, "_read_slow", None)
        forecast = GOOD["forecast.csv"] + "\n\n"
        self.same(write(tmp_path / "a", forecast__csv=forecast), tmp_path / "b")

    def test_gzip(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "a", forecast__csv=None)
        (folder / "forecast.csv.gz").write_bytes(gzip.compress(GOOD["forecast.csv"].encode()))
        self.same(folder, tmp_path / "b")

    def test_parquet(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "a", forecast__csv=None)
        frames()["forecast"].to_parquet(folder / "forecast.parquet")
        self.same(folder, tmp_path / "b")

    def test_workbook(self, tmp_path: Path) -> None:
        self.same(workbook(tmp_path / "input.xlsx"), tmp_path / "b")

    def test_data_frames_of_any_types(self, tmp_path: Path) -> None:
        tables = frames()
        tables["forecast"] = tables["forecast"].astype({"product": "category", "mean": "Int64"})
        tables["inventory"] = tables["inventory"].set_index(["product", "location"])
        expected = Scenario.read(write(tmp_path))
        found = Scenario.from_tables(tables, {"period": "D"})
        np.testing.assert_array_equal(found.mean, expected.mean)
        np.testing.assert_array_equal(found.points.on_hand, expected.points.on_hand)

    def test_numbers_as_names_in_parquet_and_workbooks_are_text(self, tmp_path: Path) -> None:
        tables = frames()
        number = {"A": 7, "B": 8}
        for name in ("products", "forecast", "inventory"):
            tables[name]["product"] = tables[name]["product"].map(number)
        tables["inventory"]["product"] = tables["inventory"]["product"].astype(float)
        assert list(Scenario.from_tables(tables).products.name) == ["7", "8"]

    def test_settings_in_a_workbook(self, tmp_path: Path) -> None:
        path = workbook(
            tmp_path / "input.xlsx",
            settings=[["setting", "value"], ["horizon", 4], ["unmet_demand", "backlog"]],
        )
        s = Scenario.read(path)
        assert (s.n_periods, s.settings.unmet_demand) == (4, "backlog")


class TestRowNumbers:
    """The row in a finding is the line a user sees, whatever the source."""

    def row(self, source: Path) -> int | None:
        (error,) = errors(source)
        return error.row

    def test_after_blank_lines(self, tmp_path: Path) -> None:
        text = GOOD["inventory.csv"].replace("\nB", "\n\n\nB").replace("8", "x")
        assert self.row(write(tmp_path, inventory__csv=text)) == 5

    def test_after_a_line_break_inside_quotes(self, tmp_path: Path) -> None:
        text = 'product,location,note\nA,Shop,"two\nlines"\nZ,Depot,\n'
        assert self.row(write(tmp_path, inventory__csv=text)) == 4

    def test_in_parquet(self, tmp_path: Path) -> None:
        folder = write(tmp_path, inventory__csv=None)
        table = frames()["inventory"]
        table.loc[1, "product"] = "Z"
        table.to_parquet(folder / "inventory.parquet")
        assert self.row(folder) == 3

    def test_in_a_workbook_with_blank_rows(self, tmp_path: Path) -> None:
        records: list[list[Any]] = [
            ["product", "location"],
            ["A", "Shop"],
            [None, None],
            ["Z", "Shop"],
        ]
        assert self.row(workbook(tmp_path / "input.xlsx", inventory=records)) == 4

    def test_in_a_data_frame_with_an_odd_index(self) -> None:
        tables = frames()
        tables["inventory"].loc[1, "on_hand"] = -1
        tables["inventory"].index = pd.Index([70, 50])
        with pytest.raises(InputError) as caught:
            Scenario.from_tables(tables)
        (error,) = caught.value.findings
        assert (error.file, error.row, error.value) == ("inventory", 3, "-1")


BROKEN: dict[str, tuple[dict[str, Any], str, int | None, str]] = {
    "a missing table": ({"lanes__csv": None}, "lanes.csv", None, "origin, destination, lead_time"),
    "an empty file": ({"forecast__csv": ""}, "forecast.csv", None, "column names"),
    "an empty table": (
        {"forecast__csv": "product,location,date,mean,std\n"},
        "forecast.csv", None, "add at least one record",
    ),
    "a missing column": (
        {"lanes__csv": "origin,destination,leadtime\nMaker,Depot,2\nDepot,Shop,1\n"},
        "lanes.csv", 1, "did you mean 'leadtime'?",
    ),
    "a column that is there twice": (
        {"lanes__csv": "origin,destination,lead_time,Origin\nMaker,Depot,2,x\nDepot,Shop,1,x\n"},
        "lanes.csv", 1, "keep one",
    ),
    "a line with too many cells": (
        {"inventory__csv": "product,location,on_hand\nA,Shop,1,5\n"},
        "inventory.csv", 2, "need quotes",
    ),
    "a line that breaks off": (
        {"inventory__csv": "product,location,on_hand\nA,Shop,1\nB,De\n"},
        "inventory.csv", 3, "repair the line",
    ),
    "a quote that never ends": (
        {"inventory__csv": 'product,location,on_hand\nA,Shop,1\nB,"Depot,2\n'},
        "inventory.csv", 3, "repair the quotes",
    ),
    "text that is not UTF-8": (
        {"inventory__csv": b"product,location,on_hand\nA,Shop,1\nCaf\xe9,Shop,2\n"},
        "inventory.csv", 3, "UTF-8",
    ),
    "a broken parquet file": (
        {"inventory__csv": None, "inventory__parquet": b"PAR1 no"},
        "inventory.parquet", None, "write it again as parquet",
    ),
    "settings that are no YAML": (
        {"settings__yaml": "period: [D\n"}, "settings.yaml", 2, "one 'name: value' a line",
    ),
    "settings without names": ({"settings__yaml": "D\n"}, "settings.yaml", 1, "name: value"),
    "two files of one table": (
        {"inventory__parquet": b""}, "inventory.parquet", None, "keep one of the two files",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_one_error(
    tmp_path: Path, case: tuple[dict[str, Any], str, int | None, str]
) -> None:
    changes, file, row, remedy = case
    (error,) = errors(write(tmp_path, **changes))
    assert (error.file, error.row) == (file, row)
    assert remedy in error.remedy


def test_text_that_is_not_utf8_is_found_in_its_column(tmp_path: Path) -> None:
    text = b"product,location,on_hand\nA,Shop,1\nB,Caf\xe9,2\n"
    (error,) = errors(write(tmp_path, inventory__csv=text))
    assert (error.row, error.column, error.value) == (3, "location", "Caf\xe9")


def test_a_broken_gzip_file_is_one_error(tmp_path: Path) -> None:
    folder = write(tmp_path, inventory__csv=None)
    (folder / "inventory.csv.gz").write_bytes(gzip.compress(b"product,location\n" * 99)[:30])
    (error,) = errors(folder)
    assert (error.file, error.remedy) == ("inventory.csv.gz", "check or replace the file")


def test_a_folder_where_a_file_should_be_is_one_error(tmp_path: Path) -> None:
    folder = write(tmp_path, inventory__csv=None)
    (folder / "inventory.csv").mkdir()
    (error,) = errors(folder)
    assert (error.file, error.message) == (
        "inventory.csv",
        "is a folder where a file should be",
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "there is no such folder"),
        ("products.csv", "neither a folder"),
        ("old.xls", "old .xls format"),
        ("broken.xlsx", "cannot be read"),
    ],
)
def test_a_path_that_is_no_input_is_one_error(tmp_path: Path, name: str, message: str) -> None:
    if name != "nowhere":
        (tmp_path / name).write_text("x")
    (error,) = errors(tmp_path / name)
    assert error.file == name
    assert message in error.message


def test_an_empty_folder_names_every_table_it_needs(tmp_path: Path) -> None:
    assert [error.file for error in errors(tmp_path)] == [
        "products.csv",
        "locations.csv",
        "lanes.csv",
        "forecast.csv or history.csv",
    ]


def test_a_formula_in_a_workbook_is_reported_not_evaluated(tmp_path: Path) -> None:
    records: list[list[Any]] = [
        ["product", "location", "on_hand"],
        ["A", "Shop", "=1+1"],
        ["=A2", "Depot", 1],
    ]
    found = errors(workbook(tmp_path / "input.xlsx", inventory=records))
    assert [(e.row, e.column, e.value) for e in found if "formula" in e.message] == [
        (3, "product", "=A2"),
        (2, "on_hand", "=1+1"),
    ]
    assert all(error.file == "input.xlsx, sheet inventory" for error in found)


class TestWarnings:
    def only(self, folder: Path) -> Finding:
        (warning,) = warnings_of(folder)
        assert warning.severity == "warning"
        return warning

    def test_unknown_table(self, tmp_path: Path) -> None:
        warning = self.only(write(tmp_path, inventry__csv="product\nA\n"))
        assert (warning.file, "'inventory'" in warning.remedy) == ("inventry.csv", True)

    def test_unknown_column(self, tmp_path: Path) -> None:
        text = GOOD["inventory.csv"].replace("on_hand", "onhand")
        warning = self.only(write(tmp_path, inventory__csv=text))
        assert (warning.row, warning.column) == (1, "onhand")
        assert "did you mean 'on_hand'?" in warning.remedy

    def test_table_in_a_format_that_is_not_read(self, tmp_path: Path) -> None:
        warning = self.only(write(tmp_path, **{"open_orders__txt": "x"}))
        assert warning.file == "open_orders.txt"

    def test_missing_inventory(self, tmp_path: Path) -> None:
        warning = self.only(write(tmp_path, inventory__csv=None))
        assert "everything starts empty" in warning.message

    def test_negative_binomial_demand_that_varies_less_than_poisson(self, tmp_path: Path) -> None:
        # Means 1, 2, 3 of A: 0.9 < 1, 1.5 > sqrt(2), blank counts as 0. B is normal.
        products = "product,missed_sale_cost,holding_cost,distribution\n"
        products += "A,5,1,Negative_Binomial\nB,6,1,\n"
        forecast = GOOD["forecast.csv"].replace("05,1,0.5", "05,1,0.9")
        forecast = forecast.replace("06,2,0.5", "06,2,1.5").replace("07,3,0.5", "07,3,")
        warning = self.only(write(tmp_path, products__csv=products, forecast__csv=forecast))
        assert (warning.file, warning.row, warning.column) == ("forecast.csv", 2, "std")
        assert (warning.value, warning.count) == ("0.9", 2)
        assert "drawn as Poisson" in warning.message

    def test_negative_binomial_demand_may_vary_as_poisson_does(self, tmp_path: Path) -> None:
        products = GOOD["products.csv"].replace("holding_cost", "holding_cost,distribution")
        products = products.replace("A,5,1", "A,5,1,negative_binomial").replace("B,6,1", "B,6,1,")
        forecast = GOOD["forecast.csv"].replace("05,1,0.5", "05,1,1")
        forecast = forecast.replace("06,2,0.5", "06,2,1.414214").replace("07,3,0.5", "07,0,0")
        folder = write(tmp_path, products__csv=products, forecast__csv=forecast)
        assert warnings_of(folder) == ()

    def test_supplier_that_looks_like_a_location(self, tmp_path: Path) -> None:
        warning = self.only(write(tmp_path, lanes__csv=GOOD["lanes.csv"] + "Depott,Shop,1\n"))
        assert (warning.row, warning.value) == (4, "Depott")
        assert "did you mean 'Depot'?" in warning.remedy

    def test_missing_periods_count_as_no_demand(self, tmp_path: Path) -> None:
        text = GOOD["forecast.csv"].replace("A,Shop,2026-01-06,2,0.5\n", "")
        warning = self.only(write(tmp_path, forecast__csv=text))
        assert (warning.value, warning.count) == ("A, Shop", 1)
        assert Scenario.read(tmp_path).mean[0].tolist() == [1, 0, 3]

    def test_product_without_forecast(self, tmp_path: Path) -> None:
        text = GOOD["products.csv"] + "C,1,1\n"
        warning = self.only(write(tmp_path, products__csv=text))
        assert (warning.column, warning.value) == ("product", "C")

    def test_demand_that_no_lane_supplies(self, tmp_path: Path) -> None:
        text = GOOD["lanes.csv"].replace("Depot,Shop,1\n", "")
        warning = self.only(write(tmp_path, lanes__csv=text))
        assert (warning.file, warning.value, warning.count) == ("forecast.csv", "Shop", 6)

    def test_override_that_is_not_used(self, tmp_path: Path) -> None:
        text = "product,origin,destination,lead_time\nC,Maker,Depot,1\n"
        folder = write(
            tmp_path, product_lanes__csv=text, products__csv=GOOD["products.csv"] + "C,1,1\n"
        )
        files = [warning.file for warning in warnings_of(folder)]
        assert files == ["forecast.csv", "product_lanes.csv"]

    def test_stock_that_costs_nothing(self, tmp_path: Path) -> None:
        text = GOOD["products.csv"].replace("B,6,1", "B,6,0")
        warning = self.only(write(tmp_path, products__csv=text))
        assert (warning.row, warning.column) == (3, "holding_cost")


def test_an_error_message_can_be_read_on_its_own(tmp_path: Path) -> None:
    text = GOOD["inventory.csv"].replace("A,Shop", "A,Shp")
    assert str(findings(write(tmp_path, inventory__csv=text))[0]) == (
        "inventory.csv, row 2, column location: there is no such location (value: 'Shp')."
        " Remedy: add it to locations.csv or correct it (did you mean 'Shop'?)."
    )

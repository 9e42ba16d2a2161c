"""The workbook of a plan opens, is typed and coloured, and runs nothing that names say."""

from __future__ import annotations

import dataclasses
import datetime
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

import planner.results.plan_folder
import planner.results.workbook
from planner import Override, Plan, plan
from planner.commands.cli import app
from planner.results.sheet_columns import clean_text
from planner.results.sheet_rows import rows_for
from planner.results.workbook import COLOURS, SHEETS, is_plan_workbook
from planner.text.numbers import round_table
from scenarios.model.scenario import Scenario
from tests.support.worlds import chain, column

HOSTILE = [
    "=1+1", "@x", "+1", "-1", '=HYPERLINK("http://x";"y")', "http://x.org", "mailto:a@b.c",
    "<script>alert(1)</script>", "&amp;", 'a,"b"', "a\nb", "Größe 日本 🙂", "'quoted", "  spaced ",
    "0012", "1e5", "TRUE", "#N/A", "bell\x07\x00end", "_x0041_", "x" * 40_000,
]  # fmt: skip


def two_stages(**more: Any) -> Scenario:
    """A store with a mean demand of 5 behind a dc; both run out before goods come."""
    given = {
        "n_periods": 10, "n_products": 2, "std": 1.0, "on_hand": column([8.0, 3.0]),
        "storage_capacity": column([np.inf, 60.0]), "currency": "EUR",
    } | more  # fmt: skip
    return chain([1, 2], 5.0, **given)


def with_names(names: list[str]) -> Scenario:
    scenario = two_stages(n_products=len(names))
    products = dataclasses.replace(scenario.products, name=np.array(names, dtype=object))
    return scenario.replace(products=products)


@pytest.fixture(scope="module")
def made() -> Plan:
    return plan(two_stages(), overrides=[Override("safety_stock", 7.0, "P1", "store", who="Ada")])


@pytest.fixture(scope="module")
def book(made: Plan, tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("excel") / "plan.xlsx"
    made.write(path)
    return openpyxl.load_workbook(path)


def rows(sheet: Any) -> list[list[Any]]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def written(made: Plan, path: Path) -> Any:
    made.write(path)
    return openpyxl.load_workbook(path)


def test_the_sheets_hold_the_tables(made: Plan, book: Any) -> None:
    assert book.sheetnames == ["summary", *SHEETS]
    for sheet, name in SHEETS.items():
        table = round_table(getattr(made, name))
        header, *cells = rows(book[sheet])
        assert header == list(table.columns)
        assert len(cells) == len(table)
        found = pd.DataFrame(cells, columns=header)
        for number in table.select_dtypes("number"):
            np.testing.assert_allclose(found[number].astype(float), table[number])
        for text in table.columns.difference([*table.select_dtypes("number"), "date"]):
            if not pd.api.types.is_datetime64_any_dtype(table[text].dtype):
                assert found[text].fillna("").tolist() == table[text].astype(str).tolist()


def test_dates_are_dates_and_numbers_are_numbers_with_formats(made: Plan, book: Any) -> None:
    orders = book["orders"]
    place = {cell.value: j for j, cell in enumerate(orders[1])}
    first = orders[2]
    date, quantity = first[place["order_date"]], first[place["quantity"]]
    assert date.value == made.purchase_orders["order_date"].iloc[0]
    assert (date.number_format, quantity.number_format) == ("yyyy-mm-dd", "#,##0.0")
    assert isinstance(quantity.value, int | float)
    assert first[place["product"]].number_format == "@"
    dates = [row[4] for row in rows(book["problems"])[1:]]
    assert any(isinstance(date, datetime.datetime) for date in dates)
    assert all(date is None or isinstance(date, datetime.datetime) for date in dates)


def test_headers_stay_in_sight_can_be_filtered_and_columns_are_wide_enough(book: Any) -> None:
    for name in SHEETS:
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        widths = {
            j: group.width
            for group in sheet.column_dimensions.values()
            for j in range(group.min, group.max + 1)
        }
        for cell in sheet[1]:
            assert widths[cell.column] >= len(cell.value) + 2


def coloured(sheet: Any) -> list[str]:
    """What the rules make of each closing stock: worked out here from the rules' text."""
    (ranged,) = sheet.conditional_formatting
    place = {cell.value: cell.column_letter for cell in sheet[1]}
    n_rows = sheet.max_row
    assert str(ranged.sqref) == f"{place['closing']}2:{place['closing']}{n_rows}"
    rules = sorted(ranged.rules, key=lambda rule: rule.priority)
    fills = {fill[1:]: name for name, (fill, _) in COLOURS.items()}
    colours = []
    for i in range(2, n_rows + 1):
        cells = {f"${letter}2": sheet[f"{letter}{i}"].value for letter in place.values()}
        for rule in rules:
            text = rule.formula[0].replace("ISNUMBER", "float")
            for reference, value in cells.items():
                text = text.replace(reference, f"({value!r})")
            if eval(text, {"datetime": datetime, "float": lambda value: True}):
                colours.append(fills[rule.dxf.fill.bgColor.rgb[-6:]])
                break
    return colours


def test_closing_stock_is_green_yellow_or_red_by_its_bounds(made: Plan, tmp_path: Path) -> None:
    # Mean demand 5: with a safety stock of 7 up to 7 + 3 x 5 = 22 is within bounds.
    closing = [7.0, 6.9, 22.0, 22.1, 0.0, 14.0, 7.0004, 6.9996, -3.0, 50.0]
    table = made.projection.iloc[:10].copy()
    assert (table["echelon_demand"] == 5.0).all()
    table["closing"], table["safety_stock"] = closing, 7.0
    sheet = written(dataclasses.replace(made, projection=table), tmp_path / "x.xlsx")["projection"]
    good, over, below = COLOURS
    assert coloured(sheet) == [good, below, good, over, below, good, good, good, below, over]


def test_a_dc_counts_the_demand_of_all_that_it_supplies(made: Plan) -> None:
    # The dc sells nothing itself.
    dc = made.projection[made.projection["location"] == "dc1"]
    assert (dc["demand"] == 0.0).all()
    assert (dc["echelon_demand"] == 5.0).all()


def test_the_summary_has_the_headline_figures_and_the_legend(made: Plan, book: Any) -> None:
    sheet = book["summary"]
    figures = {row[0]: row[1] for row in rows(sheet) if row[0] is not None}
    assert sheet["A1"].value == "Plan for 2026-01-05 to 2026-01-14"
    assert figures["orders to release now"] == made.report.counts["orders_now"]
    assert figures["total"] == pytest.approx(made.report.costs["total"])
    assert "Cost if demand is its mean EUR" in figures
    assert "storage dc1" in figures
    text = " ".join(str(row[0]) for row in rows(sheet))
    assert "kind safety_stock, product P1, location store, value 7.0, who Ada" in text
    fills = {
        cell.value: cell.fill.fgColor.rgb[-6:]
        for (cell,) in sheet["A1:A60"]
        if cell.value in COLOURS
    }
    assert fills == {name: fill[1:] for name, (fill, _) in COLOURS.items()}


def test_names_stay_text_whatever_they_look_like(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    found = written(plan(with_names(HOSTILE), "none"), path)
    names = list(dict.fromkeys(row[0] for row in rows(found["projection"])[1:]))
    # A spreadsheet reads _x005F_ as _, so that what follows is no code of a character; openpyxl
    # leaves it.
    names = [name.replace("_x005F_", "_") for name in names]
    clean = [name.replace("\x07\x00", "")[:32_767] for name in HOSTILE]
    assert sorted(names) == sorted(clean)
    for sheet in found:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
                if cell.data_type == "s" and cell.row > 1 and sheet.title != "summary":
                    # Of the format "text", so that editing the cell does not run it either.
                    assert cell.number_format == "@"
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            text = parts.read(name).decode("utf-8")
            assert "<f>" not in text
            assert "hyperlink" not in text
            assert "<script>" not in text


def test_text_that_xml_cannot_hold_is_dropped() -> None:
    assert (
        clean_text("half \ud800 pair \ufffe\x00\x1b[31m\ttab\nline") == "half  pair [31m\ttab\nline"
    )


def test_a_sheet_that_is_too_long_is_cut_and_says_so(
    made: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner.results.workbook, "MOST_ROWS", 11)
    found = written(made, tmp_path / "x.xlsx")
    assert found["projection"].max_row == 11
    said = [row[0] for row in rows(found["summary"]) if row[0] and "is cut" in str(row[0])]
    # A product has 2 places x 10 dates: not even one fits.
    assert "The sheet projection is cut: it holds the first 10 of 40 rows" in said[-1]


def test_of_a_large_table_a_sheet_holds_whole_products_that_matter_most(made: Plan) -> None:
    products = made.products.assign(missed=0.0, orders_now=[0.0, 1.0], value=[9.0, 5.0])
    calm = dataclasses.replace(made, products=products, problems=made.problems.iloc[:0])
    # A place for one of two products: the one that is ordered now, though the other is dearer.
    cut = rows_for(calm, "projection", "projection", 20)
    assert set(cut.table["product"]) == {"P2"}
    assert list(cut.table.index) == list(range(10, 20)) + list(range(30, 40))
    assert "holds 1 of 2 products, those with a problem or missed demand first" in cut.note
    assert "(20 of 40 rows)" in cut.note
    assert rows_for(calm, "projection", "projection", 40).note == ""
    worse = dataclasses.replace(calm, products=products.assign(missed=[3.0, 0.0]))
    assert set(rows_for(worse, "projection", "projection", 39).table["product"]) == {"P1"}


def test_orders_released_now_go_into_a_sheet_before_planned_ones(made: Plan) -> None:
    orders = made.purchase_orders
    n_now = int((orders["release"] == "now").sum())
    assert 1 < n_now < len(orders)
    cut = rows_for(made, "orders", "purchase_orders", n_now)
    assert set(cut.table["release"]) == {"now"}
    assert f"the {n_now} orders released now, not the {len(orders) - n_now} planned" in cut.note
    tight = rows_for(made, "orders", "purchase_orders", n_now - 1)
    assert len(tight.table) < n_now
    assert "is cut" in tight.note


def test_empty_tables_make_sheets_with_headers(made: Plan, tmp_path: Path) -> None:
    bare = dataclasses.replace(
        made, purchase_orders=made.purchase_orders.iloc[:0], problems=made.problems.iloc[:0]
    )
    found = written(bare, tmp_path / "x.xlsx")
    assert rows(found["orders"]) == [list(made.purchase_orders.columns)]
    assert rows(found["problems"]) == [list(made.problems.columns)]


def test_the_workbook_lies_beside_the_tables_where_asked_for(made: Plan, tmp_path: Path) -> None:
    made.write(tmp_path / "out", excel=True)
    assert is_plan_workbook(tmp_path / "out" / "plan.xlsx")
    made.write(tmp_path / "out", force=True)
    assert not (tmp_path / "out" / "plan.xlsx").exists()
    made.write(tmp_path / "out", force=True, excel=True)
    names = {entry.name for entry in (tmp_path / "out").iterdir()}
    assert {"plan.xlsx", "plan.json", "projection.csv"} <= names


def test_no_other_file_is_written_over(made: Plan, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "x.XLSX"
    made.write(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError, match="exists already"):
        made.write(path)
    assert path.read_bytes() == before
    made.write(path, force=True)
    other, text = tmp_path / "input.xlsx", tmp_path / "text.xlsx"
    theirs = openpyxl.Workbook()
    theirs.save(other)
    text.write_text("mine")
    for mine in (other, text):
        with pytest.raises(FileExistsError, match="is no plan and is left alone"):
            made.write(mine, force=True)
    assert text.read_text() == "mine"


def test_a_workbook_that_fails_leaves_the_older_one(
    made: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.xlsx"
    made.write(path)
    before = path.read_bytes()

    def broken(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(planner.results.workbook, "_fill", broken)
    with pytest.raises(OSError, match="No space left"):
        made.write(path, force=True)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.xlsx"]


def test_a_place_that_cannot_be_written_is_told_by_its_name(made: Plan, tmp_path: Path) -> None:
    path = tmp_path / ("x" * 300 + ".xlsx")
    with pytest.raises(OSError, match="too long") as caught:
        planner.results.workbook.write_workbook(made, path)
    assert caught.value.filename == str(path)


def test_the_command_writes_workbooks(tmp_path: Path) -> None:
    def run(*arguments: str | Path) -> Any:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    two_stages().write(tmp_path / "in")
    alone = run("plan", tmp_path / "in", "--out", tmp_path / "my.xlsx")
    assert alone.exit_code == 0, alone.stderr
    assert is_plan_workbook(tmp_path / "my.xlsx")
    assert run("plan", tmp_path / "in", "--out", tmp_path / "my.xlsx").exit_code == 2
    both = run("plan", tmp_path / "in", "--out", tmp_path / "out", "--excel")
    assert both.exit_code == 0, both.stderr
    assert is_plan_workbook(tmp_path / "out" / "plan.xlsx")

"""Results say what version they were written as, and readers take the one before."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

import planner
from planner.results.plan_data import TABLES
from planner.schema_versions import OLDEST, SCHEMA_VERSION, TABLE_VERSIONS
from scenarios.errors import InputError
from scenarios.model.scenario import Scenario
from tests.support.worlds import chain

VERSION_1 = Path(__file__).parent / "version_1"
"""Written before versions were: a plan, a backtest, a study and a leaderboard, without pages."""

COLUMNS = {
    "purchase_orders": (
        "order_id product origin destination order_date receipt_date quantity release demand_cover"
        " safety_stock projected_on_hand lot_rounding binding_capacity"
    ),
    "safety_stock": "product location date safety_stock source",
    "projection": (
        "product location date opening receipts demand std shipments closing safety_stock missed"
        " days_of_cover echelon_demand"
    ),
    "problems": "severity kind product location date quantity cost message suggested_action",
    "capacity": "kind place date used safety_stock capacity expected_overflow price",
    "capacity_prices": "kind place date capacity used price",
    "products": "product category abc xyz value demand variability missed orders_now",
    "forecast": "product location date mean std error_correlation",
    "scores": "problem policy seed score",
    "summary": "measure mean low high",
    "stock_of_path_0": (
        "product location date opening receipts demand sales missed shipped expired closing backlog"
    ),
    "orders_of_path_0": "product origin destination date lead_time ordered shipped unmet",
    "costs_of_path_0": "date component cost",
    "safety_stock_of_path_0": "location date safety_stock",
    "differences": ("variant policy against_variant against_policy measure n difference low high"),
    "leaderboard": (
        "problem rank policy n score low high of_oracle difference difference_low difference_high"
        " fill_rate perfect_days seconds note"
    ),
}
"""Of version 1 of each table. Whoever takes a column out, or changes what it means, raises the
version of its table and of the folder in ``planner/schema_versions.py``."""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return chain([1, 2], 5.0, 2.0, n_periods=6, on_hand=[[8.0], [12.0]],
                 storage_capacity=[[20.0], [40.0]])  # fmt: skip


@pytest.fixture(scope="module")
def folders(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder of every kind of result."""
    home = tmp_path_factory.mktemp("results")
    out = {name: home / name for name in ("plan", "backtest", "study", "bench", "simulation")}
    planner.plan(scenario, "analytic").write(out["plan"], excel=True)
    planner.backtest(scenario, "closed-form", out=out["backtest"])
    planner.study({"as it is": scenario}, ["constant"], 1, workers=1, out=out["study"])
    planner.bench(["single-sku"], ["constant"], 1, workers=1, out=out["bench"])
    planner.simulate(scenario, 2, out=out["simulation"])
    return out


def test_every_result_states_its_version_and_those_of_all_its_tables(
    folders: dict[str, Path],
) -> None:
    for name, folder in folders.items():
        said = json.loads((folder / f"{name}.json").read_text())
        assert said["schema_version"] == SCHEMA_VERSION
        tables = {file.stem for file in folder.glob("*.csv")}
        assert said["tables"] == {table: TABLE_VERSIONS[table] for table in sorted(tables)} or (
            set(said["tables"]) == tables
        )


def test_workbooks_and_parquet_files_carry_the_version_as_well(folders: dict[str, Path]) -> None:
    with zipfile.ZipFile(folders["plan"] / "plan.xlsx") as book:
        properties = book.read("docProps/custom.xml").decode()
    assert 'name="schema_version"' in properties
    cells = parquet.read_schema(folders["study"] / "cells.parquet").metadata
    assert cells[b"schema_version"] == str(SCHEMA_VERSION).encode()


def test_a_table_has_the_columns_of_its_version(folders: dict[str, Path]) -> None:
    for folder in folders.values():
        for file in folder.glob("*.csv"):
            if file.stem in COLUMNS:
                columns = list(pd.read_csv(file, nrows=0).columns)
                wanted = COLUMNS[file.stem].split()
                assert [name for name in columns if name in wanted] == wanted, file.name


def test_all_tables_are_listed() -> None:
    open_ended = {"coverage", "paths", "cells", "failed"}  # a column for each key figure, or model
    assert set(COLUMNS) | open_ended == set(TABLE_VERSIONS)


def test_a_plan_of_the_version_before_is_read_with_all_that_is_in_it() -> None:
    plan = planner.read_plan(VERSION_1 / "plan")
    assert "schema_version" not in json.loads((VERSION_1 / "plan" / "plan.json").read_text())
    assert plan.report.status == "optimal"
    assert plan.report.capacity[0].kind == "storage"
    assert len(plan.projection) == 2 * 6
    assert plan.forecast is None
    assert plan.for_product("P1").purchase_orders["quantity"].sum() > 0


@pytest.mark.parametrize("kind", ["plan", "backtest", "study", "bench"])
def test_a_page_is_made_of_results_of_the_version_before(kind: str, tmp_path: Path) -> None:
    folder = shutil.copytree(VERSION_1 / kind, tmp_path / kind)
    page = planner.report(folder)
    assert page == folder / "report.html"
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_plan_of_the_version_before_is_written_as_one_of_today(tmp_path: Path) -> None:
    planner.read_plan(VERSION_1 / "plan").write(tmp_path / "plan", report=False)
    said = json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert said["schema_version"] == SCHEMA_VERSION
    for table in TABLES:
        old, new = (folder / f"{table}.csv" for folder in (VERSION_1 / "plan", tmp_path / "plan"))
        assert old.exists() == new.exists()
        assert not old.exists() or old.read_bytes() == new.read_bytes()


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, OLDEST - 1, "two", None])
def test_another_version_is_refused_with_the_way_out(version: object, tmp_path: Path) -> None:
    folder = shutil.copytree(VERSION_1 / "plan", tmp_path / "plan")
    said = json.loads((folder / "plan.json").read_text())
    (folder / "plan.json").write_text(json.dumps(said | {"schema_version": version}))
    with pytest.raises(InputError, match="install a newer echelon-planner"):
        planner.read_plan(folder)
    with pytest.raises(InputError, match="install a newer echelon-planner"):
        planner.report(folder)


def test_a_report_without_what_it_needs_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(VERSION_1 / "plan", tmp_path / "plan")
    said = json.loads((folder / "plan.json").read_text())
    del said["status"], said["costs"]
    (folder / "plan.json").write_text(json.dumps(said))
    with pytest.raises(InputError, match="it does not say status, costs"):
        planner.read_plan(folder)
    (folder / "plan.json").write_text(json.dumps(said | {"capacity": [3]}))
    with pytest.raises(InputError, match="capacity"):
        planner.read_plan(folder)


def test_numbers_that_are_none_are_none_again(tmp_path: Path, scenario: Scenario) -> None:
    # A lane that carries nothing and is asked to: its peak use is infinite, and nan when read.
    shut = scenario.replace(
        lanes=type(scenario.lanes).filled(
            2, n_periods=6, origin_name=["dc1", "supplier"], origin=[1, -1], destination=[0, 1],
            lead_time=[1, 2], capacity=[0.0, np.inf],
        )
    )  # fmt: skip
    made = planner.plan(shut, "analytic")
    made.write(tmp_path / "plan", report=False)
    assert planner.read_plan(tmp_path / "plan").report.to_dict() == made.report.to_dict()

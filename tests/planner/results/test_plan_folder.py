"""A plan is written whole or not at all, and what is written is safe and readable."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import planner.results.plan_folder
from planner import Plan, plan
from planner.text.numbers import round_table
from scenarios.evaluation.audit import audit
from scenarios.model.scenario import Scenario
from tests.support.worlds import column, tree

FILES = {
    "purchase_orders.csv", "safety_stock.csv", "projection.csv", "problems.csv", "capacity.csv",
    "capacity_prices.csv", "products.csv", "plan.json", "report.html",
}  # fmt: skip
HOSTILE = [
    '=cmd|"/c calc"!A1', "<script>alert(1)</script>", 'a,"b"\nc', "Größe 日本 🙂", "@x", "-1",
]  # fmt: skip


def named(names: list[str]) -> Scenario:
    """One product of each name, at two stores behind a dc, the first with too little stock."""
    scenario = tree(
        [1, 2], 2, mean=3.0, std=1.0, n_products=len(names), n_periods=6,
        on_hand=column([2.0, 9.0, 20.0]), storage_capacity=column([10.0, np.inf, np.inf]),
    )  # fmt: skip
    products = dataclasses.replace(scenario.products, name=np.array(names, dtype=object))
    places = np.array(["=1+1", "<b>store</b>", 'dc "main", new'], dtype=object)
    locations = dataclasses.replace(scenario.locations, name=places)
    lanes = dataclasses.replace(
        scenario.lanes, origin_name=np.array([places[2], places[2], "+supplier"], dtype=object)
    )
    return scenario.replace(products=products, locations=locations, lanes=lanes)


@pytest.fixture(scope="module")
def made() -> Plan:
    return plan(named(["P1", "P2"]))


def read(path: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(path / f"{name}.csv", keep_default_na=False, dtype=str)


def entries(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_a_plan_is_tables_and_a_report(made: Plan, tmp_path: Path) -> None:
    made.write(tmp_path / "deep" / "out")
    assert entries(tmp_path / "deep" / "out") == FILES
    assert entries(tmp_path / "deep") == {"out"}


def test_what_was_written_reads_as_what_was_planned(made: Plan, tmp_path: Path) -> None:
    made.write(tmp_path / "out")
    for name in (
        "purchase_orders", "safety_stock", "projection", "problems", "capacity", "products",
    ):  # fmt: skip
        table = getattr(made, name)
        found = pd.read_csv(tmp_path / "out" / f"{name}.csv")
        assert list(found.columns) == list(table.columns)
        for number in table.select_dtypes("number"):
            np.testing.assert_allclose(found[number].astype(float), table[number], atol=5.1e-5)
    dates = read(tmp_path / "out", "purchase_orders")["order_date"]
    assert dates.str.fullmatch(r"\d{4}-\d\d-\d\d").all()


def test_the_report_is_strict_json(made: Plan, tmp_path: Path) -> None:
    endless = dataclasses.replace(made.report, objective=float("nan"), bound=float("inf"))
    dataclasses.replace(made, report=endless).write(tmp_path / "out")

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    text = (tmp_path / "out" / "plan.json").read_text(encoding="utf-8")
    report = json.loads(text, parse_constant=refuse)
    assert report["objective"] is None
    assert report["input_hash"] == made.report.input_hash


def test_numbers_have_at_most_four_decimals_and_no_minus_zero() -> None:
    frame = round_table(
        pd.DataFrame({"x": [1 / 3, -1e-9, 2.0], "n": [1, 2, 3], "name": ["a", "b", "c"]})
    )
    assert frame["x"].tolist() == [0.3333, 0.0, 2.0]
    assert not np.signbit(frame["x"]).any()
    assert frame["n"].tolist() == [1, 2, 3]


def test_hostile_names_go_through_and_run_nowhere(tmp_path: Path) -> None:
    scenario = named(HOSTILE)
    made = plan(scenario)
    assert audit(scenario, made) == ()
    assert set(made.purchase_orders["product"]) == set(HOSTILE)
    made.write(tmp_path / "out")
    for name in ("purchase_orders", "safety_stock", "projection", "problems"):
        table = read(tmp_path / "out", name)
        text = table[["product"] + [c for c in ("location", "origin", "destination") if c in table]]
        starts = text.map(lambda cell: cell[:1]).to_numpy().ravel()
        assert not set(starts) & set("=+-@\t\r")
    names = read(tmp_path / "out", "projection")["product"].unique()
    guarded = {"'" + name if name[0] in "=@-" else name for name in HOSTILE}
    assert set(names) == guarded


def test_an_existing_place_is_refused(made: Plan, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("file", "folder", "link"):
        with pytest.raises(FileExistsError, match="exists already"):
            made.write(tmp_path / name)
    assert (tmp_path / "file").read_text() == "mine"


def test_force_replaces_a_plan_and_nothing_else(made: Plan, tmp_path: Path) -> None:
    made.write(tmp_path / "out")
    (tmp_path / "out" / "plan.json").write_text("{}")
    made.write(tmp_path / "out", force=True)
    assert len((tmp_path / "out" / "plan.json").read_text()) > 100
    assert entries(tmp_path) == {"out"}

    (tmp_path / "out" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "out")
    for name in ("out", "file", "link"):
        with pytest.raises(FileExistsError, match="is no plan"):
            made.write(tmp_path / name, force=True)
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


def test_a_plan_of_an_older_version_is_a_plan_still(made: Plan, tmp_path: Path) -> None:
    made.write(tmp_path / "out")
    for name in ("capacity.csv", "products.csv"):
        (tmp_path / "out" / name).unlink()
    made.write(tmp_path / "out", force=True)
    assert entries(tmp_path / "out") == FILES


def test_force_fills_an_empty_folder(made: Plan, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    made.write(tmp_path / "out", force=True)
    assert entries(tmp_path / "out") == FILES


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
@pytest.mark.parametrize("older", [False, True])
def test_a_crash_leaves_no_half_plan_and_keeps_the_older_one(
    made: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    older: bool,
) -> None:
    if older:
        made.write(tmp_path / "out")
        (tmp_path / "out" / "problems.csv").write_text("older")
    write_csv = planner.results.plan_folder.write_csv

    def crash(frame: pd.DataFrame, path: Path, decimals: int | None = None) -> None:
        if path.name == "projection.csv":
            raise error
        write_csv(frame, path, decimals)

    monkeypatch.setattr(planner.results.plan_folder, "write_csv", crash)
    with pytest.raises(type(error)):
        made.write(tmp_path / "out", force=older)
    assert entries(tmp_path) == ({"out"} if older else set())
    if older:
        assert (tmp_path / "out" / "problems.csv").read_text() == "older"


def test_the_older_plan_is_put_back_if_the_new_one_cannot_take_its_place(
    made: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.write(tmp_path / "out")
    (tmp_path / "out" / "problems.csv").write_text("older")
    rename, refused = Path.rename, []

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "out" and not refused:
            refused.append(self)
            raise PermissionError("not now")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(PermissionError):
        made.write(tmp_path / "out", force=True)
    assert entries(tmp_path) == {"out"}
    assert (tmp_path / "out" / "problems.csv").read_text() == "older"

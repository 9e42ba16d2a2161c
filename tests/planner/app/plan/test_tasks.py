"""The work behind the page Plan, without a browser: small answers, and findings for mistakes."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import gzip
import io
import math
import time
import zipfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner import Override, plan
from planner.app.folder import Folder
from planner.app.plan import queries, tasks, uploads
from planner.app.plan.page_state import Difference, PlanOverview
from planner.app.plan.session import Session
from planner.app.worker import Worker
from scenarios.errors import InputError
from scenarios.examples.bundled import retail_chain
from tests.support.waiting import HANG

STOCK = Override("safety_stock", 400.0, "P0001", "New York", who="Ann", why="fair")


def quiet(text: str) -> None:
    """Progress that nobody reads."""


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chains")
    retail_chain(n_products=6, seed=0).write(folder / "chain")
    return folder


@pytest.fixture(scope="module")
def memory(chain: Path) -> dict[str, Any]:
    """A process that has planned."""
    made: dict[str, Any] = {}
    tasks.read(made, quiet, str(chain / "chain"))
    tasks.plan(made, quiet, "analytic", "auto", None, ())
    return made


def test_an_input_is_described_in_names_and_values(chain: Path) -> None:
    opened = tasks.read({}, quiet, str(chain / "chain"))
    facts = dict(opened.facts)
    assert facts["products"] == "6"
    assert facts["external suppliers"] == "China"
    assert not opened.lacks_forecast
    assert opened.lanes[0][1] in ("New York", "Tennessee", "Los Angeles")
    assert opened.release_dates == ("2026-01-05",)


def test_a_bad_input_leaves_what_was_open(memory: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"products\.csv"):
        tasks.read(memory, quiet, str(tmp_path))
    assert tasks.remembers(memory, quiet)


def test_the_headline_is_that_of_the_plan(memory: dict[str, Any]) -> None:
    made = plan(memory["scenario"], "analytic")
    told, change = tasks.replan(memory, quiet, ())
    assert change is None
    assert told.costs["total"] == pytest.approx(made.report.costs["total"], rel=0.01)
    assert told.counts["orders_now"] == sum(row["orders"] for row in told.lanes)
    assert set(told.locations) == {"New York", "Tennessee", "Los Angeles"}


def test_a_safety_stock_set_by_hand_costs_what_the_plans_differ_by(memory: dict[str, Any]) -> None:
    before, _ = tasks.replan(memory, quiet, ())
    after, change = tasks.replan(memory, quiet, (STOCK,))
    assert isinstance(change, Difference)
    assert change.costs["total"] == (before.costs["total"], after.costs["total"])
    assert change.n_orders >= 1
    assert any(row["product"] == "P0001" and row["change"] > 0 for row in change.orders)
    page = tasks.look(memory, quiet, "safety_stocks", "P0001 york", "", False, 0, 10)
    assert [(row["safety_stock"], row["source"]) for row in page.rows] == [(400.0, "override")]


def test_without_limits_of_storage_nothing_flows_over(memory: dict[str, Any]) -> None:
    before, _ = tasks.replan(memory, quiet, ())
    assert before.costs["overflow"] > 0
    places = ("New York", "Tennessee", "Los Angeles")
    free = tuple(Override("capacity", math.inf, location=place) for place in places)
    after, change = tasks.replan(memory, quiet, free)
    assert change is not None
    assert change.costs["overflow"] == (before.costs["overflow"], 0.0)
    assert [use[0] for use in after.capacity] == ["lane Los Angeles -> Tennessee"]


def test_a_safety_stock_set_for_some_days_is_told_as_set_by_hand(memory: dict[str, Any]) -> None:
    later = datetime.date(2026, 1, 12)
    tasks.replan(memory, quiet, (dataclasses.replace(STOCK, first=later),))
    (row,) = tasks.look(memory, quiet, "safety_stocks", "P0001 york", "", False, 0, 10).rows
    assert (row["source"], row["most"]) == ("override", 400.0)
    assert row["safety_stock"] < 400.0


def test_an_order_set_to_nothing_is_listed_as_changed(memory: dict[str, Any]) -> None:
    tasks.replan(memory, quiet, ())
    first = tasks.look(memory, quiet, "orders", "now", "", "quantity", True, 0, 1).rows[0]
    none = Override(
        "order", 0.0, first["product"], origin=first["origin"], destination=first["destination"]
    )
    _, change = tasks.replan(memory, quiet, (none,))
    assert change is not None
    here = [
        row for row in change.orders
        if (row["product"], row["origin"]) == (first["product"], first["origin"])
    ]  # fmt: skip
    assert [(row["before"], row["after"]) for row in here] == [(first["quantity"], 0.0)]


def test_an_edit_that_does_not_fit_is_told(memory: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="no such product"):
        tasks.check(memory, quiet, (Override("safety_stock", 1.0, "P9", "New York"),))


def test_a_process_that_forgot_says_what_to_do() -> None:
    with pytest.raises(InputError, match="open the input and plan again"):
        tasks.look({}, quiet, "orders", "now", "", "", False, 0, 10)


def test_demand_is_forecast_where_only_the_past_is_known(tmp_path: Path) -> None:
    days = pd.date_range("2025-11-03", periods=56)
    sold = {"product": "A", "location": "shop", "date": days, "quantity": [4.0, 6.0] * 28}
    tables = {
        "products": pd.DataFrame({"product": ["A"], "holding_cost": 1.0, "missed_sale_cost": 50.0}),
        "locations": pd.DataFrame({"location": ["shop"]}),
        "lanes": pd.DataFrame({"origin": ["maker"], "destination": ["shop"], "lead_time": 2}),
        "history": pd.DataFrame(sold),
    }
    for name, table in tables.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    memory: dict[str, Any] = {}
    opened = tasks.read(memory, quiet, str(tmp_path))
    assert opened.lacks_forecast
    told, _ = tasks.plan(memory, quiet, "analytic", "moving-average", None, ())
    assert "moving-average" in told.forecast
    (shop,) = tasks.look(memory, quiet, "product", "A")
    assert shop["demand"] == pytest.approx([5.0] * len(shop["dates"]), abs=0.2)


def test_pages_of_rows_are_sorted_and_searched_here(memory: dict[str, Any]) -> None:
    tasks.replan(memory, quiet, ())
    whole = tasks.look(memory, quiet, "products", "", "value", True, 0, 100)
    assert whole.total == 6
    values = [row["value"] for row in whole.rows]
    assert values == sorted(values, reverse=True)
    second = tasks.look(memory, quiet, "products", "", "value", True, 2, 2)
    assert [row["product"] for row in second.rows] == [row["product"] for row in whole.rows[2:4]]
    assert second.total == 6
    one = tasks.look(memory, quiet, "products", "p0003", "", False, 0, 10)
    assert [row["product"] for row in one.rows] == ["P0003"]
    assert tasks.look(memory, quiet, "products", "p0003 x", "", False, 0, 10).total == 0


def test_no_view_gives_more_than_a_hundred_rows(memory: dict[str, Any]) -> None:
    page = tasks.look(memory, quiet, "orders", "", "", "", False, 0, 10_000)
    assert len(page.rows) == 100 < page.total


def test_a_location_is_drawn_in_volume_where_its_volume_is_limited(memory: dict[str, Any]) -> None:
    told = tasks.look(memory, quiet, "location", "New York")
    used = memory["plan"].capacity
    used = used[(used["kind"] == "storage") & (used["place"] == "New York")]
    assert told["unit"] == "volume"
    assert told["closing"] == pytest.approx(used["used"].tolist(), abs=1e-3)
    assert len(told["dates"]) == 28


def test_a_product_is_told_at_each_of_its_locations(memory: dict[str, Any]) -> None:
    told = tasks.look(memory, quiet, "product", "P0002")
    assert [place["location"] for place in told] == ["New York", "Tennessee", "Los Angeles"]
    shop, shed, _ = told
    assert any(shop["demand"])
    assert not any(shed["demand"])
    # What the shop gets in transit, the shed shipped two days before.
    assert shop["arrivals"][5] == pytest.approx(shed["shipments"][3], abs=1e-3)
    assert tasks.look(memory, quiet, "product", "nothing of that name") == []


def test_capacities_are_listed_with_the_lanes_that_have_none(memory: dict[str, Any]) -> None:
    page = tasks.capacities(memory, quiet, "", "", False, 0, 100)
    by_name = {row["place"]: row for row in page.rows}
    assert len(by_name) == 9
    assert by_name["throughput Tennessee"]["kind"] == "throughput"
    assert by_name["lane China -> Los Angeles"]["least"] is None
    assert by_name["storage New York"]["least"] > 0


def test_edits_come_back_from_their_file(memory: dict[str, Any], tmp_path: Path) -> None:
    path = str(tmp_path / "edits.csv")
    tasks.save_overrides(memory, quiet, (STOCK,), path)
    (read,) = tasks.load_overrides(memory, quiet, path)
    assert (read.product, read.value, read.who, read.why) == ("P0001", 400.0, "Ann", "fair")


def test_downloads_hold_the_plan(memory: dict[str, Any], tmp_path: Path) -> None:
    packed = tasks.pack(memory, quiet, "zip", str(tmp_path / "zip"))
    with zipfile.ZipFile(packed) as parts:
        assert {"plan/purchase_orders.csv", "plan/plan.json"} <= set(parts.namelist())
    report = Path(tasks.pack(memory, quiet, "report", str(tmp_path / "report")))
    assert "Orders to release now" in report.read_text(encoding="utf-8")
    assert Path(tasks.pack(memory, quiet, "xlsx", str(tmp_path / "xlsx"))).stat().st_size > 1000


def test_only_names_of_tables_can_be_uploaded() -> None:
    assert uploads.places(["Products.CSV", "settings.yaml", "lanes.parquet"]) == [
        "products.csv", "settings.yaml", "lanes.parquet",
    ]  # fmt: skip
    assert uploads.places(["anything at all.xlsx"]) == ["workbook.xlsx"]
    for name in ("../products.csv", "products.py", "prices.csv", "settings.yaml.exe", ""):
        with pytest.raises(InputError, match="is no table of an input"):
            uploads.places([name])
    with pytest.raises(InputError, match="input by itself"):
        uploads.places(["a.xlsx", "products.csv"])
    with pytest.raises(InputError, match="comes twice"):
        uploads.places(["products.csv", "PRODUCTS.csv"])


@dataclass
class File:
    """A file as the app gets it."""

    name: str
    content: bytes

    async def save(self, path: Path) -> None:
        path.write_bytes(self.content)


def endless(memory: dict[str, Any], progress: Any, *asked: object) -> None:
    time.sleep(2 * HANG)


def test_work_can_be_stopped_and_edits_are_kept(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "plan", endless)

    async def stopped() -> None:
        session.worker = Worker()
        await session.open("mine")
        await session.edit(STOCK)
        work = asyncio.create_task(session.plan())
        while not session.busy:
            await asyncio.sleep(0)
        # The task was sent before this turn of the loop came.
        session.stop()
        await work
        session.close()

    asyncio.run(stopped())
    assert session.note.startswith("Stopped.")
    assert (session.planned, session.busy, session.trouble) == (None, "", None)
    assert session.opened is not None
    assert [edit.value for edit in session.edits] == [400.0]


class Here:
    """A worker that works in this process."""

    def __init__(self) -> None:
        self.memory: dict[str, Any] = {}

    async def ask(self, task: Any, *arguments: Any, progress: Any = quiet) -> Any:
        return task(self.memory, progress, *arguments)


@pytest.fixture
def session(chain: Path, tmp_path: Path) -> Session:
    """A session on a folder of its own with the chain in it."""
    (tmp_path / "chain").symlink_to(chain / "chain")
    for path in (chain / "chain").iterdir():
        (tmp_path / "mine").mkdir(exist_ok=True)
        (tmp_path / "mine" / path.name).write_bytes(path.read_bytes())
    return Session(Folder(tmp_path), worker=Here())  # type: ignore[arg-type]


def test_a_bad_upload_is_told_and_not_kept(session: Session) -> None:
    asyncio.run(session.upload([File("products.csv", b"product\nA\n")]))
    assert session.trouble is not None
    assert "missing" in str(session.trouble.findings)
    assert session.opened is None
    assert list((session.folder.root / "uploads").iterdir()) == []


def test_a_good_upload_is_opened(session: Session) -> None:
    files = [
        File(path.name, path.read_bytes()) for path in (session.folder.root / "mine").iterdir()
    ]
    asyncio.run(session.upload(files))
    assert session.trouble is None
    assert session.source.startswith("uploads/")
    assert session.opened is not None


def test_nothing_outside_the_folder_is_opened(session: Session) -> None:
    for source in ("../chain", "/etc", "chain"):  # The last is a link out of it.
        asyncio.run(session.open(source))
        assert session.opened is None
        assert session.trouble is not None
        assert "outside" in session.trouble.findings[0].message


def test_edits_replace_each_other_and_can_be_undone(session: Session) -> None:
    async def edited() -> None:
        await session.open("mine")
        await session.edit(STOCK)
        await session.edit(Override("safety_stock", 300.0, "P0001", "New York", who="Bo"))

    asyncio.run(edited())
    assert [(edit.value, edit.who) for edit in session.edits] == [(300.0, "Bo")]
    assert session.edits[0].when
    session.undo()
    assert [edit.value for edit in session.edits] == [400.0]
    session.remove(session.edits[0])
    assert session.edits == ()
    session.undo()
    assert [edit.value for edit in session.edits] == [400.0]


def test_what_is_wrong_is_told_of_the_edit(session: Session) -> None:
    async def refused() -> None:
        await session.open("mine")
        session.edits = (STOCK,)
        await session.edit(Override("safety_stock", -5.0, "P0002", "Tennessee", who="Ann"))

    with pytest.raises(InputError) as caught:
        asyncio.run(refused())
    (finding,) = caught.value.findings
    assert finding.file == "Safety stock of P0002 in Tennessee: -5 units"
    assert finding.row is None


def test_planning_again_follows_the_edits_until_they_change(session: Session) -> None:
    async def worked() -> None:
        await session.open("mine")
        session.brain = "analytic"
        await session.plan()
        assert isinstance(session.planned, PlanOverview)
        assert not session.pending
        await session.edit(STOCK)
        assert session.pending
        await session.replan()

    asyncio.run(worked())
    assert not session.pending
    assert session.difference is not None


def test_edits_are_never_saved_over_others_unasked(session: Session) -> None:
    async def saved() -> None:
        await session.open("mine")
        await session.edit(STOCK)
        await session.save_edits("monday", instead=False)
        with pytest.raises(InputError, match="is taken"):
            await session.save_edits("monday", instead=False)
        await session.save_edits("monday", instead=True)
        with pytest.raises(InputError):
            await session.save_edits("../monday", instead=False)
        session.remove(session.edits[0])
        await session.load_edits("overrides/monday.csv")

    asyncio.run(saved())
    assert [edit.value for edit in session.edits] == [400.0]
    assert "Plan again" in session.note


class Uploaded:
    """A file as the page gives it."""

    def __init__(self, name: str, content: bytes):
        self.name, self._content = name, content

    async def save(self, path: Path) -> None:
        path.write_bytes(self._content)


@pytest.mark.parametrize("name", ["lanes.csv.gz", "chain.xlsx"])
def test_a_small_upload_that_unpacks_to_too_much_is_not_kept(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_UNPACKED", 2**20)
    zeros, packed = bytes(2**20 + 1), io.BytesIO()
    if name.endswith(".gz"):
        packed.write(gzip.compress(zeros))
    else:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
            parts.writestr("xl/workbook.xml", zeros)
    file = Uploaded(name, packed.getvalue())
    with pytest.raises(InputError, match="unpacks to more than 1 MiB"):
        asyncio.run(uploads.keep(Folder(tmp_path), [file]))
    assert not list((tmp_path / "uploads").iterdir())
    monkeypatch.setattr(uploads, "MOST_UNPACKED", 2**22)
    assert asyncio.run(uploads.keep(Folder(tmp_path), [file])).exists()


def test_the_band_of_demand_is_that_of_reports() -> None:
    """And of the page Simulate: nine of ten normal demands."""
    from scipy import special

    from planner.app.simulate.day_figures import BAND

    script = resources.files("planner.reporting").joinpath("assets/products.js").read_text("utf-8")
    assert f"Z90 = {queries.Z90};" in script
    assert pytest.approx(special.ndtri((1 + BAND) / 2), abs=5e-4) == queries.Z90

"""Reports: one page each, the same from folder and plan, and safe whatever names say."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from planner import Plan, plan
from planner.commands.cli import app
from planner.reporting import report_html
from planner.reporting.html import as_json, data, safe, tag
from planner.reporting.plan_page import plan_page
from planner.reporting.plan_products import CHUNK
from planner.results.read_result import tables_of
from planner.text.numbers import short
from scenarios.errors import InputError
from scenarios.examples.bundled import retail_chain
from tests.support.worlds import chain, column, tree

HOSTILE = [
    "<script>alert(1)</script>", "</script><b>x", '"onload="x', "=1+1", "a,\nb", "NA", "007",
    "&lt;", "日本 🙂",
]  # fmt: skip


class Reader(HTMLParser):
    """Elements and their attributes, and the text of script tags by id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.words = ""
        self._inside: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        self._inside = str(found.get("id", "code")) if tag == "script" else None

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is None:
            self.words += data
        else:
            self.scripts[self._inside] = self.scripts.get(self._inside, "") + data

    def packed(self, name: str) -> Any:
        return json.loads(gzip.decompress(base64.b64decode(self.scripts[name])))


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def made() -> Plan:
    return plan(retail_chain(n_products=7, seed=1))


@pytest.fixture(scope="module")
def reader(made: Plan) -> Reader:
    return Reader(plan_page(tables_of(made)))


def hostile() -> Plan:
    scenario = tree(
        [1, 2], 2, mean=3.0, std=1.0, n_products=len(HOSTILE), n_periods=6,
        on_hand=column([0.0, 9.0, 20.0]), storage_capacity=column([10.0, np.inf, np.inf]),
    )  # fmt: skip
    names = np.array(HOSTILE, dtype=object)
    products = dataclasses.replace(scenario.products, name=names, category=names[::-1].copy())
    places = np.array(["=1+1", "<b>store</b>", "</script>dc"], dtype=object)
    locations = dataclasses.replace(scenario.locations, name=places)
    lanes = dataclasses.replace(
        scenario.lanes, origin_name=np.array([places[2], places[2], "<i>supplier"], dtype=object)
    )
    return plan(scenario.replace(products=products, locations=locations, lanes=lanes))


def test_text_is_escaped_once_and_markup_is_not() -> None:
    made = tag("p", "<b>", tag("i", "&"), class_="a", title='"', hidden=True, lang=None)
    assert made == '<p class="a" title="&quot;" hidden>&lt;b&gt;<i>&amp;</i></p>'
    assert safe(made) is made


def test_data_cannot_end_its_script_tag() -> None:
    text = "</script><!--&\u2028"
    assert not set("<>&\u2028") & set(as_json([text]))
    assert json.loads(as_json([text])) == [text]
    assert data("x", text).count("</script") == 1


def test_the_page_needs_nothing_but_itself(reader: Reader) -> None:
    links = [a.get("href") or a.get("src") for _, a in reader.tags if "href" in a or "src" in a]
    assert all(link is not None and link.startswith(("#", "data:,")) for link in links)
    policies = [a["content"] for name, a in reader.tags if "http-equiv" in a]
    assert len(policies) == 1
    assert str(policies[0]).startswith("default-src 'none'")
    assert not re.search(r"\bon\w+=", " ".join(f"{k}=" for _, a in reader.tags for k in a))


def test_answers_come_first_and_in_words(made: Plan, reader: Reader) -> None:
    words = reader.words.replace("\u00a0", " ")
    assert f"costs {short(made.report.costs['total'])} USD" in words
    assert f"{made.report.counts['orders_now']} orders now" in words
    for name in ("Missed units", "Fullest capacity", "Gap to a proven bound", "Safety stocks by"):
        assert name in words
    for row in made.problems.to_dict("records"):
        assert row["message"] in words
        assert row["suggested_action"] in words


def test_orders_are_grouped_by_supplier_and_destination(made: Plan, reader: Reader) -> None:
    now = made.purchase_orders[made.purchase_orders["release"] == "now"]
    by = now.groupby(["origin", "destination"], observed=True)["quantity"].agg(["size", "sum"])
    lists = [reader.packed(name) for name in reader.scripts if name.startswith("orders-")]
    assert len(lists) == len(by)
    found = sorted((len(one["product"]), round(sum(one["quantity"]), 2)) for one in lists)
    assert found == sorted((n, round(units, 2)) for n, units in by.itertuples(index=False))
    assert "From China" in reader.words


def test_parts_hold_the_numbers_of_the_plan(made: Plan, reader: Reader) -> None:
    index, part = reader.packed("index"), reader.packed("part-0")
    meta = json.loads(reader.scripts["meta"])
    products = made.products["product"].astype(str).tolist()
    assert index["name"] == products
    assert index["abc"] == "".join(made.products["abc"].astype(str))
    place = 3
    table = made.projection[made.projection["product"] == products[place]]
    start = sum(part["points"][:place])
    k = start * meta["n"]
    of_demand, of_stock, of_orders = (scale[place] for scale in part["scale"])
    assert [meta["locations"][j] for j in part["location"][start : start + 3]] == list(
        table["location"].astype(str).drop_duplicates()
    )
    for name, scale in (
        ("demand", of_demand), ("std", of_demand), ("closing", of_stock), ("receipts", of_stock),
        ("safety_stock", of_stock), ("missed", of_stock),
    ):  # fmt: skip
        here = np.array(part[name][k : k + len(table)]) / scale
        np.testing.assert_allclose(here, table[name], atol=0.5001 / scale)
    # About three digits: the largest is between 100 and 1000 steps.
    assert 100 <= table["demand"].max() * of_demand < 1000
    orders = made.purchase_orders[made.purchase_orders["product"] == products[place]]
    first = sum(part["orders"][:place])
    here = slice(first, first + part["orders"][place])
    assert part["orders"][place] == len(orders)
    for values, name in (
        (part["quantity"], "quantity"), (part["why"][0], "demand_cover"),
        (part["why"][1], "safety_stock"), (part["why"][2], "projected_on_hand"),
        (part["why"][3], "lot_rounding"),
    ):  # fmt: skip
        told = np.array(values[here]) / of_orders
        np.testing.assert_allclose(told, orders[name], atol=0.5001 / of_orders)
    days = (orders["receipt_date"] - orders["order_date"]).dt.days
    assert part["arrives"][here] == days.tolist()
    assert part["now"][here] == (orders["release"] == "now").astype(int).tolist()
    lanes = [meta["lanes"][lane] for lane in part["lane"][here]]
    pairs = orders[["origin", "destination"]].astype(str)
    assert lanes == pairs.to_numpy().tolist()


def test_a_page_made_again_from_the_folder_is_the_same(made: Plan, tmp_path: Path) -> None:
    made.write(tmp_path / "out")
    first = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    (tmp_path / "out" / "report.html").unlink()
    done = run("report", tmp_path / "out")
    assert done.exit_code == 0, done.stderr
    assert "report.html" in done.stdout
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == first
    made.write(tmp_path / "out", force=True, report=False)
    assert not (tmp_path / "out" / "report.html").exists()


def test_hostile_names_stay_text_and_survive_the_folder(tmp_path: Path) -> None:
    made = hostile()
    made.write(tmp_path / "out")
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert report_html(tmp_path / "out") == text
    page = Reader(text)
    assert page.packed("index")["name"] == HOSTILE
    assert "alert(1)" not in page.scripts["code"]
    assert "<script>alert(1)</script>" in page.words
    names = {name for name, _ in page.tags}
    assert not names & {"i", "img", "iframe", "object", "base"}
    assert set(page.scripts) == {a.get("id") or "code" for n, a in page.tags if n == "script"}
    assert json.loads(page.scripts["meta"])["locations"] == ["=1+1", "<b>store</b>", "</script>dc"]


def test_a_plan_without_problems_orders_or_limits_says_so() -> None:
    made = plan(chain([1], mean=0.0, std=0.0, n_periods=4, on_hand=5.0))
    none = made.problems.iloc[:0]
    page = Reader(plan_page(tables_of(dataclasses.replace(made, problems=none))))
    for words in ("Nothing has to be ordered now", "There are no problems", "No problems:",
                  "nothing to release now", "No storage and no lane has a limit"):  # fmt: skip
        assert words in page.words


def test_a_weekly_plan_and_demand_that_waits_are_told_as_such() -> None:
    scenario = chain([1], mean=4.0, std=1.0, n_periods=5, on_hand=0.0)
    made = plan(scenario.replace(unmet_demand="backlog"))
    page = Reader(plan_page(tables_of(made)))
    meta = json.loads(page.scripts["meta"])
    assert (meta["period"], meta["waits"]) == ("day", True)
    report = dataclasses.replace(made.report, period="W")
    weekly = Reader(plan_page(tables_of(dataclasses.replace(made, report=report))))
    assert json.loads(weekly.scripts["meta"])["step"] == 7


def test_of_very_many_products_those_that_matter_have_parts(
    made: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.reporting.plan_products.MOST_PRODUCTS", 2)
    monkeypatch.setattr("planner.reporting.plan_products.MOST_REASONS", 5)
    products = made.products.assign(missed=0.0, orders_now=0.0)
    products.loc[5, "missed"] = 1.0  # a problem comes before an order, and that before value
    products.loc[2, "orders_now"] = 3.0
    none = made.problems.iloc[:0]
    page = Reader(plan_page(tables_of(dataclasses.replace(made, products=products, problems=none))))
    assert page.packed("index")["shown"] == [2, 5]
    assert "the 2 that matter most" in page.words
    # What is told of the whole counts the others, too, and their orders can be read by lane.
    now = int((made.purchase_orders["release"] == "now").sum())
    lists = [page.packed(name) for name in page.scripts if name.startswith("orders-")]
    assert sum(len(told["product"]) for told in lists) == now
    assert {place for told in lists for place in told["product"]} - {2, 5}
    chart = {name: text for name, text in page.scripts.items() if name.startswith("chart")}
    whole = Reader(plan_page(tables_of(made)))
    assert chart == {n: t for n, t in whole.scripts.items() if n.startswith("chart")}
    part = page.packed("part-0")
    assert len(part["points"]) == 2
    assert len(part["why"][0]) == sum(part["now"]) < len(part["now"])


def test_products_are_packed_a_few_hundred_at_a_time() -> None:
    made = plan(chain([1], mean=2.0, std=1.0, n_products=CHUNK + 1, n_periods=3, on_hand=9.0))
    page = Reader(plan_page(tables_of(made)))
    parts = [name for name in page.scripts if name.startswith("part-")]
    assert parts == ["part-0", "part-1"]
    assert len(page.packed("part-1")["points"]) == 1


def test_what_is_no_result_is_told_with_a_remedy(made: Plan, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "file").write_text("mine")
    for name, words in (("nowhere", "is not there"), ("mine", "no folder of a plan"),
                        ("file", "no folder of a plan")):  # fmt: skip
        done = run("report", tmp_path / name)
        assert done.exit_code == 2
        assert words in done.stderr
        assert "Traceback" not in done.stderr

    made.write(tmp_path / "old", report=False)
    (tmp_path / "old" / "capacity.csv").unlink()
    table = pd.read_csv(tmp_path / "old" / "projection.csv")
    table.drop(columns="std").to_csv(tmp_path / "old" / "projection.csv", index=False)
    with pytest.raises(InputError) as refused:
        report_html(tmp_path / "old")
    assert len(refused.value.findings) == 2  # both at once
    assert "planner plan" in str(refused.value)

    made.write(tmp_path / "cut", report=False)
    table = pd.read_csv(tmp_path / "cut" / "projection.csv")
    table.iloc[1:].to_csv(tmp_path / "cut" / "projection.csv", index=False)
    with pytest.raises(InputError, match="rows are missing"):
        report_html(tmp_path / "cut")


def test_the_command_writes_the_page_unless_told_not_to(tmp_path: Path) -> None:
    assert run("init", tmp_path / "in", "--example", "single").exit_code == 0
    done = run("plan", tmp_path / "in", "--out", tmp_path / "out")
    assert "report.html" in done.stdout
    assert (tmp_path / "out" / "report.html").exists()
    done = run("plan", tmp_path / "in", "--out", tmp_path / "out", "--force", "--no-report")
    assert "report.html" not in done.stdout
    assert not (tmp_path / "out" / "report.html").exists()

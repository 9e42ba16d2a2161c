"""The page Plan by click: open, check, plan, look, edit, plan again, keep."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from scenarios.examples import bundled
from tests.planner.app.browser.conftest import App

NASTY = "<script>alert(1)</script>"


def opened(page: Any, app: App, name: str = "small-chain") -> None:
    """Open an input of the folder."""
    page.goto(f"{app.url}/plan")
    box = page.get_by_role("combobox", name="Input")
    box.click()
    box.fill(name)
    page.get_by_role("option", name=name).click()
    page.get_by_role("button", name="Open", exact=True).click()
    page.get_by_text("The input can be planned").wait_for()


def planned(page: Any) -> None:
    """Plan what is open."""
    page.get_by_role("button", name="Plan", exact=True).last.click()
    page.get_by_text("Gap to a proven bound").wait_for()
    page.get_by_role("cell", name="P0001").first.wait_for()


def edited(page: Any, value: str, why: str) -> None:
    """Set the first safety stock of the list by hand."""
    page.get_by_role("tab", name="Edit").click()
    page.get_by_role("button", name="Edit 0").click()
    page.get_by_label("New value (units)").fill(value)
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Why").fill(why)
    page.get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Re-plan").wait_for()


def test_open_plan_edit_replan_and_keep(page: Any, app: App) -> None:
    opened(page, app)
    planned(page)
    assert page.locator("tbody tr").count() <= 15
    page.get_by_role("tab", name="Problems").click()
    page.get_by_text("What to do:").first.wait_for()
    page.get_by_role("tab", name="Stock").click()
    page.locator("canvas").first.wait_for()
    page.get_by_role("tab", name="Products").click()
    page.get_by_placeholder("Product or category").fill("P0003")
    page.get_by_text("1-1 of 1").wait_for()
    page.get_by_role("button", name="Show 0").click()
    page.get_by_text("units ordered now").first.wait_for()
    edited(page, "400", "fair in town")
    page.get_by_role("button", name="Re-plan").click()
    page.get_by_text("The edits change the cost by").wait_for()
    page.get_by_text("Orders released now that changed").wait_for()

    page.get_by_role("button", name="Save edits").click()
    page.get_by_label("Name", exact=True).fill("fair")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Edits are saved: overrides/fair.csv").wait_for()
    with (app.folder / "overrides" / "fair.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["kind"], row["product"], float(row["value"])) == ("safety_stock", "P0001", 400.0)
    assert (row["who"], row["why"]) == ("Ann", "fair in town")
    assert row["when"]

    page.get_by_role("button", name="Save plan").click()
    page.get_by_label("Name", exact=True).fill("with-fair")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The plan is saved: plans/with-fair").wait_for()
    assert (app.folder / "plans" / "with-fair" / "purchase_orders.csv").is_file()

    # The report is in a frame of its own, which cannot reach the page.
    page.get_by_role("tab", name="Report").click()
    page.frame_locator("iframe").get_by_text("Orders to release now").first.wait_for()
    assert page.locator("iframe").get_attribute("sandbox") == "allow-scripts allow-downloads"

    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
        page.get_by_text("Plan as tables (zip)").click()
    assert Path(download.value.path()).read_bytes()[:2] == b"PK"


def test_an_edit_that_cannot_be_is_told_where_it_is_made(page: Any, app: App) -> None:
    opened(page, app)
    planned(page)
    page.get_by_role("tab", name="Edit").click()
    page.get_by_role("button", name="Orders released now").click()
    page.get_by_role("button", name="Edit 0").click()
    page.get_by_label("New value (units)").fill("-3")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("Say who you are and why").wait_for()
    page.get_by_label("Your name").fill("Ann")
    page.get_by_label("Why").fill("a try")
    page.get_by_role("button", name="Keep").click()
    page.get_by_text("is negative").wait_for()


def test_a_reload_keeps_the_plan_and_so_does_another_page(page: Any, app: App) -> None:
    opened(page, app)
    planned(page)
    page.reload()
    page.get_by_text("Gap to a proven bound").wait_for()
    page.get_by_role("button", name="Train").click()
    page.wait_for_url("**/train*")
    page.get_by_role("button", name="Plan", exact=True).click()
    page.get_by_text("Gap to a proven bound").wait_for()


def test_two_tabs_do_not_disturb_each_other(page: Any, app: App) -> None:
    opened(page, app)
    planned(page)
    other = page.context.new_page()
    other.goto(f"{app.url}/plan")
    other.get_by_text("Open an input").wait_for()
    assert other.url != page.url
    assert other.get_by_text("Gap to a proven bound").count() == 0
    edited(page, "50", "only here")
    opened(other, app)
    planned(other)
    other.get_by_role("tab", name="Edit").click()
    other.get_by_text("None yet").wait_for()
    page.get_by_text("Ann, ").wait_for()


def test_a_bad_upload_gets_its_message(page: Any, app: App, tmp_path: Path) -> None:
    page.goto(f"{app.url}/plan")
    bad = tmp_path / "products.csv"
    bad.write_text("product,holding_cost\nA,many\n")
    page.locator("input[type=file]").set_input_files(bad)
    page.get_by_text("This input cannot be used").wait_for()
    page.get_by_text("lanes.csv: the table is missing").wait_for()
    strange = tmp_path / "prices.csv"
    strange.write_text("a,b\n1,2\n")
    page.locator("input[type=file]").set_input_files(strange)
    page.get_by_text("prices.csv: is no table of an input").wait_for()
    page.get_by_text("Traceback").wait_for(state="detached")


def test_an_upload_is_opened(page: Any, app: App) -> None:
    page.goto(f"{app.url}/plan")
    tables = sorted((app.folder / "small-chain").iterdir())
    page.locator("input[type=file]").set_input_files(tables)
    page.get_by_text("The input can be planned").wait_for()
    page.get_by_text("Input: uploads/").wait_for()


@pytest.fixture(scope="module")
def nasty(app: App) -> str:
    """An input whose first product and first location are called like programs."""
    made = bundled.retail_chain(n_products=3, seed=0)
    products, places = made.products.name.copy(), made.locations.name.copy()
    products[0], places[places == "New York"] = NASTY, f"{NASTY} York"
    made.replace(
        products=dataclasses.replace(made.products, name=products),
        locations=dataclasses.replace(made.locations, name=places),
    ).write(app.folder / "nasty")
    return "nasty"


def test_a_product_called_like_a_program_stays_text(page: Any, app: App, nasty: str) -> None:
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    opened(page, app, nasty)
    page.get_by_role("button", name="Plan", exact=True).last.click()
    page.get_by_role("cell", name=NASTY, exact=True).first.wait_for()
    page.get_by_role("tab", name="Stock").click()
    page.locator("canvas").first.hover()
    page.get_by_role("tab", name="Products").click()
    page.get_by_role("button", name="Show 0").click()
    page.get_by_text(NASTY, exact=True).nth(1).wait_for()
    page.locator("canvas").first.hover()
    edited(page, "9", NASTY)
    page.get_by_text(f"Safety stock of {NASTY} in").wait_for()
    page.get_by_role("tab", name="Report").click()
    page.frame_locator("iframe").get_by_text("Orders to release now").first.wait_for()
    assert asked == []
    assert page.locator("main script, .nicegui-content script").count() == 0

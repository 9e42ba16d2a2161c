"""The page Simulate by click: watched, by hand, after a reload, and in two tabs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from planner.app.simulate.setup import PLAYABLE
from tests.planner.app.browser.conftest import App
from tests.support.waiting import until
from tests.support.worlds import renamed, world

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def shop(app: App) -> str:
    """A shop of 5 days for two products, one of whose names is no text that one may trust."""
    scenario = world(
        ["shop"], [("<b>supplier</b>", "shop", 1)], n_products=2, n_periods=5, mean=6.0, std=2.0,
        on_hand=9.0, order_cost=3.0,
    )  # fmt: skip
    scenario = renamed(scenario, [EVIL, "=tea"], ["<i>shop</i>"])
    scenario.write(app.folder / "evil-shop")
    return "Input: evil-shop"


def choose(page: Any, label: str, option: str) -> None:
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def begin(page: Any, app: App, shop: str, policy: str = "Closed form") -> None:
    page.goto(app.url + "/simulate")
    page.get_by_text("Choose a scenario and a policy, and press Start.").wait_for()
    choose(page, "Scenario", shop)
    choose(page, "Policy", policy)
    # What the policy is stands below it, and moves what comes after.
    entry = next(entry for entry in PLAYABLE.values() if entry.label == policy)
    page.get_by_text(entry.sentence[1:]).wait_for()
    page.get_by_label("Horizon (periods)").fill("5")


def start(page: Any, days: int = 5) -> None:
    page.get_by_role("button", name="Start").click()
    page.get_by_text(f"Day 0 of {days}").wait_for()


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def saved(page: Any, button: str, path: Path) -> str:
    with page.expect_download() as waiting:
        press(page, button)
    waiting.value.save_as(path)
    return path.read_text(encoding="utf-8")


def test_a_run_is_watched_paused_and_ends_and_its_log_stays(
    page: Any, app: App, shop: str, tmp_path: Path
) -> None:
    begin(page, app, shop)
    page.get_by_label("Horizon (periods)").fill("70")  # minutes, unless it is paused or hurried
    start(page, 70)
    press(page, "Step")
    page.get_by_text("Day 1 of 70").wait_for()
    choose(page, "Days", "½ a second")
    press(page, "Play")
    page.get_by_text("Day 2 of 70").wait_for()
    press(page, "Pause")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    assert page.get_by_text("The end: ").count() == 0
    press(page, "To the end")
    page.get_by_text("The end: 70 days").wait_for()
    log = page.locator("table").last
    log.get_by_role("cell", name="Sun 15 Mar").wait_for()
    # Seventy days do not fit on a page: the first ones are on the last.
    press(page, "7")
    log.get_by_role("cell", name="Mon 5 Jan").wait_for()
    saved(page, "Days (CSV)", tmp_path / "days.csv")
    days = pd.read_csv(tmp_path / "days.csv")
    assert days["number"].tolist() == list(range(1, 71))
    total = page.locator(".q-card", has_text="Total cost").locator(".figure").inner_text()
    shown = float(total.replace(",", ""))
    assert days["cost_total"].sum() == pytest.approx(shown, abs=0.51)
    assert "'=tea" in saved(page, "Stock by product (CSV)", tmp_path / "stock.csv")


def test_by_hand_the_suggestion_is_a_click_away_and_ends_in_a_comparison(
    page: Any, app: App, shop: str
) -> None:
    begin(page, app, shop)
    page.get_by_role("switch", name="I place the orders").click()
    start(page)
    page.get_by_text("Your orders on day 1").wait_for()
    page.get_by_text("Nothing ordered yet").wait_for()
    page.get_by_label("Order of =tea, <b>supplier</b> → <i>shop</i>").fill("70")
    page.get_by_text("1 order, 70 units").wait_for()
    press(page, "Take the planner's suggestion")
    page.get_by_text(re.compile("^2 orders, ")).wait_for()
    press(page, "Step")
    page.get_by_text("Your orders on day 2").wait_for()
    # Ordered yesterday, arrived today: orders act.
    page.locator("table").last.get_by_role("cell", name="2", exact=True).first.wait_for()
    page.get_by_role("switch", name="Follow the planner from here on").click()
    press(page, "To the end")
    page.get_by_text("You and the planner both paid").wait_for()


def test_orders_of_ones_own_are_told_from_the_planners(page: Any, app: App, shop: str) -> None:
    begin(page, app, shop)
    page.get_by_role("switch", name="I place the orders").click()
    start(page)
    press(page, "To the end")
    page.get_by_text(re.compile("You paid .* times as much.*, the planner ")).wait_for()
    page.get_by_role("cell", name="Ordering").wait_for()


def test_a_reload_finds_the_run_where_it_was(page: Any, app: App, shop: str) -> None:
    begin(page, app, shop)
    start(page)
    press(page, "Step")
    page.get_by_text("Day 1 of 5").wait_for()
    page.wait_for_url("**/simulate?s=*")
    page.reload()
    page.get_by_text("Day 1 of 5").wait_for()
    press(page, "Step")
    page.get_by_text("Day 2 of 5").wait_for()


def test_two_tabs_do_not_disturb_each_other(page: Any, app: App, shop: str) -> None:
    begin(page, app, shop)
    start(page)
    other = page.context.new_page()
    begin(other, app, shop, "No orders")
    start(other)
    press(other, "To the end")
    other.get_by_text("The end: 5 days").wait_for()
    press(page, "Step")
    page.get_by_text("Day 1 of 5").wait_for()
    assert page.url != other.url


def test_names_from_data_stay_text(page: Any, app: App, shop: str) -> None:
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    begin(page, app, shop)
    page.get_by_role("switch", name="I place the orders").click()
    start(page)
    page.get_by_role("cell", name=EVIL).wait_for()
    choose(page, "Products in the charts; none chosen: all", EVIL)
    page.keyboard.press("Escape")
    press(page, "Step")
    page.get_by_text("Day 1 of 5").wait_for()
    chart = page.locator(".nicegui-echart").nth(1)
    chart.scroll_into_view_if_needed()

    def told() -> bool:
        """What the chart says at a place, once it has been drawn."""
        box = chart.bounding_box()
        for aside in (90, 91):
            page.mouse.move(box["x"] + aside, box["y"] + 150)
        return bool(page.get_by_text("<i>shop</i>, safety stock").is_visible())

    until(told)
    assert alerts == []


def test_what_cannot_be_run_says_why_and_what_to_do(page: Any, app: App, shop: str) -> None:
    begin(page, app, shop)
    page.get_by_label("Lead time, added (periods)").fill("-3")
    page.get_by_role("button", name="Start").click()
    page.get_by_text("makes a lead time less than 0").wait_for()
    page.get_by_label("Lead time, added (periods)").fill("0")
    start(page)


def test_nothing_starts_while_a_field_is_wrong(page: Any, app: App, shop: str) -> None:
    begin(page, app, shop)
    start = page.get_by_role("button", name="Start")
    page.get_by_label("Horizon (periods)").fill("0")
    page.get_by_text("1 to ").wait_for()
    page.locator("button[disabled]", has_text="Start").wait_for()
    page.get_by_label("Horizon (periods)").fill("5")
    page.locator("button:not([disabled])", has_text="Start").wait_for()
    assert start.is_enabled()

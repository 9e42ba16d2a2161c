"""The page of a plan in a browser: it searches, draws, fetches nothing, and runs no name."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner import plan
from planner.text.numbers import percent, short
from scenarios.examples.bundled import retail_chain
from tests.planner.app.browser.conftest import PATIENCE

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
HOSTILE = "<script>alert(1)</script>"
SIZES = [(1280, 900), (820, 1180)]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenario = retail_chain(n_products=130, seed=2)
    names = scenario.products.name.copy()
    names[4] = HOSTILE
    products = dataclasses.replace(scenario.products, name=np.array(names, dtype=object))
    out = tmp_path_factory.mktemp("report") / "out"
    plan(scenario.replace(products=products)).write(out)
    return out / "report.html"


@pytest.fixture
def size() -> tuple[int, int]:
    return SIZES[0]


def new_page(browser: Any, **options: Any) -> Any:
    made = browser.new_page(**options)
    made.set_default_timeout(PATIENCE)
    return made


@pytest.fixture
def page(browser: Any, report: Path, size: tuple[int, int]) -> Iterator[Any]:
    """The report, opened; told off at the end if it complained or asked the network."""
    width, height = size
    opened = new_page(browser, viewport={"width": width, "height": height})
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
    opened.on(
        "request",
        lambda asked: said.append(asked.url) if asked.url.split(":")[0] not in ("file", "data")
        else None,
    )  # fmt: skip
    opened.goto(report.as_uri())
    yield opened
    opened.close()
    assert said == []


@pytest.mark.parametrize("size", SIZES, ids=["desk", "tablet"])
def test_the_page_is_no_wider_than_the_screen_and_draws_its_charts(page: Any) -> None:
    page.wait_for_selector("#hits table")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"]
    assert page.locator("#stock figure svg").count() >= 3
    assert page.locator("#stock figure svg path[d^=M]").count() >= 6
    # No text of a chart is cut off by its edge.
    cut = page.evaluate(
        """[...document.querySelectorAll("svg text")].filter((text) => {
          const a = text.getBoundingClientRect(), b = text.closest("svg").getBoundingClientRect();
          return a.left < b.left - 1 || a.right > b.right + 1;
        }).map((text) => text.textContent)"""
    )
    assert cut == []


def test_a_product_is_found_and_opened(page: Any) -> None:
    page.wait_for_selector("#hits table")
    assert page.locator("#hits tbody tr").count() == 100
    assert "The first 100 of 130" in page.text_content("#hits-said")
    page.fill("#query", "p0010")
    playwright.expect(page.locator("#hits tbody tr")).to_have_count(1)
    page.click("#hits a")
    page.wait_for_selector("#part svg")
    assert page.text_content("#part h3") == "P0010"
    assert page.locator("#part figure svg").count() >= 7  # three places, one of which sells
    why = page.locator("#part tbody tr td:last-child").first.text_content()
    assert "for demand" in why
    assert page.evaluate("location.hash") == "#product=P0010"


def test_filters_narrow_the_list_and_an_empty_one_says_what_to_do(page: Any) -> None:
    page.wait_for_selector("#hits table")
    page.select_option("#abc", "A")
    playwright.expect(page.locator("#hits tbody tr")).not_to_have_count(100)
    classes = page.locator("#hits tbody td:nth-child(3)").all_text_contents()
    assert classes
    assert {text[0] for text in classes} == {"A"}
    page.fill("#query", "nothing is called this")
    playwright.expect(page.locator("#hits table")).to_have_count(0)
    assert "No product is like that" in page.text_content("#hits-said")


def test_a_name_that_is_a_script_stays_text(page: Any) -> None:
    page.fill("#query", HOSTILE)
    playwright.expect(page.locator("#hits tbody tr")).to_have_count(1)
    assert page.text_content("#hits a") == HOSTILE
    page.click("#hits a")
    page.wait_for_selector("#part svg")
    assert page.text_content("#part h3") == HOSTILE
    assert page.locator("#part script").count() == 0


def test_orders_of_a_lane_open_and_a_link_leads_to_the_product(page: Any) -> None:
    page.wait_for_selector("#hits table")
    page.click("#orders summary >> nth=0")
    page.wait_for_selector("#orders table")
    name = page.text_content("#orders tbody a >> nth=0")
    page.click("#orders tbody a >> nth=0")
    page.wait_for_selector("#part svg")
    assert page.text_content("#part h3") == name


def test_a_chart_tells_its_numbers_under_the_pointer(page: Any) -> None:
    chart = page.locator("#stock figure svg").first
    chart.scroll_into_view_if_needed()
    chart.hover()
    tip = page.locator("#stock .tip").first.text_content()
    assert "stock:" in tip
    assert "Jan" in tip


def test_script_and_python_write_numbers_alike(page: Any) -> None:
    values = [0.0, 1e-6, 0.0123, 0.624, 9.99, 18.84, 99.96, -532.4, 76156.2, 1.234e7, 2.5e8]
    assert page.evaluate("(all) => all.map(short)", values) == [short(x) for x in values]
    shares = [0.0, 1e-6, 0.0005, 0.004, 0.0094, 0.53, 0.8999, 0.934, 0.996, 0.99999, 1.0, 1.14]
    assert page.evaluate("(all) => all.map(percent)", shares) == [percent(x) for x in shares]


def test_an_address_with_a_product_opens_it(browser: Any, report: Path) -> None:
    opened = new_page(browser)
    opened.goto(report.as_uri() + "#product=P0007")
    opened.wait_for_selector("#part svg")
    assert opened.text_content("#part h3") == "P0007"
    opened.close()


def test_a_browser_that_is_too_old_is_told_so(browser: Any, report: Path) -> None:
    opened = new_page(browser)
    opened.add_init_script("delete window.DecompressionStream")
    opened.goto(report.as_uri())
    playwright.expect(opened.locator("#hits .fault")).to_contain_text("2023 or later")
    assert opened.locator("#stock figure svg").count() >= 3  # the rest is there
    opened.close()

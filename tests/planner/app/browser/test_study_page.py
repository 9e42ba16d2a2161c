"""The page Study: an input or a problem is chosen, run, and its leaderboard seen."""

from __future__ import annotations

from typing import Any

from tests.planner.app.browser.conftest import App


def choose(page: Any, label: str, *options: str) -> None:
    """Choose in a select that may take several."""
    page.get_by_role("combobox", name=label).click()
    for option in options:
        page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")


def test_a_study_of_an_input_runs_to_its_leaderboard(page: Any, app: App) -> None:
    page.goto(app.url + "/study")
    page.get_by_role("button", name="Add a change").click()
    page.get_by_label("Values").fill("1, 1.5")
    page.get_by_label("Demand paths").fill("2")
    page.get_by_label("Periods to run").fill("5")
    page.get_by_label("Name").fill("more demand")
    choose(page, "Policies", "base-stock", "zero")
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**/study?study=*")
    page.get_by_text("95% interval", exact=True).first.wait_for()
    board = page.locator(".q-table")
    assert board.locator("tbody tr").count() == 2
    assert "closed-form" in board.locator("tbody tr").first.inner_text()
    assert " to " in board.locator("tbody tr").first.inner_text()
    page.locator("canvas").first.wait_for()
    assert page.locator("canvas").count() == 1

    page.reload()
    page.get_by_text("95% interval", exact=True).first.wait_for()
    page.get_by_role("combobox", name="Variant").click()
    page.get_by_role("option", name="demand=1.5", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="summary.csv").click()
    assert "demand=1.5" in download.value.path().read_text()
    said = (app.folder / "studies" / "more demand" / "study.yaml").read_text()
    assert "seeds: 2" in said
    assert "days: 5" in said


def test_what_is_wrong_is_told_at_once(page: Any, app: App) -> None:
    page.goto(app.url + "/study")
    page.get_by_role("button", name="Add a change").click()
    page.get_by_label("Values").fill("-1, much")
    page.get_by_label("Demand paths").fill("few")
    page.get_by_label("Name").fill("wrong")
    page.get_by_role("button", name="Run").click()
    page.get_by_text("grid.demand").first.wait_for()
    page.get_by_text("seeds").first.wait_for()
    assert not (app.folder / "studies" / "wrong").exists()


def test_a_problem_of_the_catalogue_is_stopped_and_goes_on(page: Any, app: App) -> None:
    page.goto(app.url + "/study")
    page.get_by_role("button", name="The catalogue").click()
    page.get_by_label("Demand paths").fill("5000")
    page.get_by_label("Name").fill("problem")
    page.get_by_role("button", name="Run").click()
    page.wait_for_url("**/study?study=problem")
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Go on").wait_for()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Stop").wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Go on").wait_for()

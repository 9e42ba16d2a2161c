"""The page Train: a training is started, watched, found again, stopped and resumed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.planner.app.browser.conftest import App
from tests.support.waiting import HANG

LONG = 1000 * HANG
"""Milliseconds within which a training must have begun or ended."""


@pytest.fixture(autouse=True)
def _extra() -> None:
    pytest.importorskip("ray", reason="the extra train is not installed")
    pytest.importorskip("torch", reason="the extra train is not installed")


def begin(page: Any, app: App, ratio: str, name: str = "", steps: str = "") -> None:
    page.goto(app.url + "/train")
    page.get_by_label("Ratio: missed-sale over holding cost").fill(ratio)
    page.get_by_label("Name").fill(name)
    if steps:
        page.get_by_text("More", exact=True).click()
        page.get_by_label("Steps (updates)").fill(steps)
    page.get_by_role("button", name="Start").click()


def text(page: Any, words: str) -> Any:
    return page.get_by_text(words, exact=True).first


def test_a_ratio_out_of_bounds_gets_the_words_of_the_command(page: Any, app: App) -> None:
    begin(page, app, "0.0001")
    page.get_by_text("give one from 0.001 to 1e+06").wait_for()
    begin(page, app, "many", "../out", "1.5")
    page.get_by_text("must be above 0 and finite").wait_for()
    page.get_by_text("enter one from 1 on, or nothing").wait_for()
    begin(page, app, "5", "../out")
    page.get_by_text("is no name for a folder").wait_for()
    assert not (app.folder / "brains").exists() or not list((app.folder / "brains").iterdir())


def test_a_training_is_watched_found_again_stopped_and_resumed(page: Any, app: App) -> None:
    begin(page, app, "5", "five <b>", "100000")
    page.get_by_text("is no name for a folder").wait_for()
    begin(page, app, "5", "five", "100000")
    page.wait_for_url("**/train?training=five")
    text(page, "running").wait_for()
    text(page, "as analytic").wait_for(timeout=LONG)
    text(page, "of 100,000").wait_for()

    page.reload()
    text(page, "as analytic").wait_for()
    with page.context.new_page() as second:
        second.goto(app.url + "/train")
        text(second, "of 100,000").wait_for()
        second.get_by_role("button", name="Stop").click()
        text(second, "stopped").wait_for(timeout=LONG)
    page.get_by_role("button", name="Resume").wait_for()
    assert (app.folder / "brains" / "five" / "ratio-5" / "checkpoint.pt").exists()

    # As if few steps had been asked for, so that the test is short.
    note: Path = app.folder / "brains" / "five" / "training.json"
    asked = json.loads(note.read_text())
    asked["options"]["steps"] = 1
    note.write_text(json.dumps(asked))
    page.get_by_role("button", name="Resume").click()
    text(page, "running").wait_for()
    text(page, "trained").wait_for(timeout=LONG)
    page.get_by_text(re.compile(r"five/ratio-5\.onnx")).first.wait_for()


def test_what_the_command_refuses_is_shown(page: Any, app: App) -> None:
    folder = app.folder / "brains" / "torn"
    folder.mkdir(parents=True)
    folder.joinpath("training.json").write_text('{"ratios": [7], "ratio_range": null}')
    folder.joinpath("job.json").write_text("{}")
    page.goto(app.url + "/train?training=torn")
    page.get_by_role("button", name="Resume").click()
    page.get_by_text("It ended with an error:").wait_for(timeout=LONG)
    page.get_by_text("cannot be read").first.wait_for()

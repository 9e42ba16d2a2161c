"""Pictures of the app and of a report, taken from the running program by a headless browser.

    python -m benchmarks.pictures docs/pictures

It needs Chromium (or its path in the variable CHROMIUM), and the extras app, train and test.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from planner import plan as make_plan
from scenarios.examples import bundled

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
SIZE = {"width": 1280, "height": 900}
PATIENCE, WATCHED = 240_000, 60_000
"""Milliseconds."""


def plan(page: Any, url: str) -> None:
    """An input opened, planned, and one safety stock set by hand."""
    page.goto(f"{url}/plan")
    box = page.get_by_role("combobox", name="Input")
    box.click()
    box.fill("retail-chain")
    page.get_by_role("option", name="retail-chain").first.click()
    page.get_by_role("button", name="Open", exact=True).click()
    page.get_by_text("The input can be planned").wait_for()
    page.get_by_role("button", name="Plan", exact=True).last.click()
    page.get_by_text("Gap to a proven bound").wait_for()
    page.get_by_role("cell", name="P0001").first.wait_for()


def simulate(page: Any, url: str) -> None:
    """A run some days old."""
    page.goto(f"{url}/simulate")
    page.get_by_label("Scenario", exact=True).click()
    page.get_by_role("option", name="retail-chain").first.click()
    page.get_by_role("button", name="Start").click()
    page.get_by_text("Day 0 of").wait_for()
    page.get_by_role("button", name="To the end", exact=True).click()
    page.get_by_text("The end:").first.wait_for()


def train(page: Any, url: str) -> None:
    """A training under way."""
    page.goto(f"{url}/train")
    page.get_by_label("Ratio: missed-sale over holding cost").fill("50")
    page.get_by_label("Name").fill("ratio-50")
    page.get_by_role("button", name="Start").click()
    page.get_by_text("as analytic", exact=True).first.wait_for()
    page.wait_for_timeout(WATCHED)
    page.locator("canvas").first.wait_for()


def study(page: Any, url: str) -> None:
    """A study that is done."""
    page.goto(f"{url}/study")
    page.get_by_role("button", name="Add a change").click()
    page.get_by_label("Values").fill("0.8, 1, 1.2")
    page.get_by_label("Demand paths").fill("5")
    page.get_by_label("Periods to run").fill("14")
    page.get_by_label("Name").fill("more demand")
    page.get_by_role("button", name="Run").click()
    page.get_by_text("95% interval", exact=True).first.wait_for()
    page.locator("canvas").first.wait_for()


def answered(url: str) -> None:
    """Wait until the app answers."""
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")


def take(folder: Path, into: Path) -> None:
    """All pictures, of a folder that has what they show."""
    from playwright.sync_api import sync_playwright

    where = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    command = [sys.executable, "-m", "planner", "app", str(folder), "--port", "0", "--no-show"]
    into.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as app:
        assert app.stdout is not None
        line = app.stdout.readline()
        url = next(word.rstrip(",") for word in line.split() if word.startswith("http"))
        try:
            answered(url)
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=where, args=FLAGS)
                page = browser.new_page(viewport=SIZE)
                page.set_default_timeout(PATIENCE)
                for show in (plan, simulate, study, train):
                    show(page, url)
                    page.wait_for_timeout(1500)
                    page.screenshot(path=into / f"app-{show.__name__}.png")
                    if show is train:  # it would go on without the app
                        page.get_by_role("button", name="Stop").click()
                        page.get_by_role("button", name="Resume").wait_for()
                    print(f"wrote {into / f'app-{show.__name__}.png'}", flush=True)
                page.goto((folder / "plans" / "first" / "report.html").as_uri())
                page.wait_for_timeout(1500)
                page.screenshot(path=into / "report.png")
                browser.close()
        finally:
            app.send_signal(signal.SIGINT)


def prepare(folder: Path) -> None:
    """An input and its plan."""
    scenario = bundled.retail_chain(n_products=60, seed=0)
    scenario.write(folder / "retail-chain")
    (folder / "plans").mkdir()
    make_plan(scenario).write(folder / "plans" / "first")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("into", type=Path, help="folder for the pictures")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        prepare(folder)
        take(folder, args.into)


if __name__ == "__main__":
    main()

"""A browser and a running app. Skipped, with a word why, where there is no Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import HANG

PATIENCE = 500 * HANG
"""Milliseconds that nothing on a page takes but a hang; what is started beside it may take more."""
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium; while it runs, no other event loop can in this process."""
    where = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if where is None or not Path(where).exists():
        pytest.skip("no browser: install Chromium, or name one in the variable CHROMIUM")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    api.expect.set_options(timeout=PATIENCE)
    with api.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=where, args=list(FLAGS), timeout=PATIENCE)
        yield made
        made.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh page of 1280 x 900; an error in its console fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    errors: list[str] = []
    made = context.new_page()
    made.on("pageerror", lambda error: errors.append(str(error)))
    made.on(
        "console",
        lambda message: errors.append(message.text) if message.type == "error" else None,
    )
    yield made
    context.close()
    assert errors == []


@dataclass
class App:
    """A running app."""

    url: str
    folder: Path
    process: subprocess.Popen[str]


def start_app(folder: Path, *options: str) -> App:
    """Start ``planner app`` on a folder, on a free port."""
    command = [sys.executable, "-m", "planner", "app", str(folder), "--port", "0", "--no-show"]
    process = subprocess.Popen(
        [*command, *options],
        stdout=subprocess.PIPE,
        text=True,
        env=_environment(),
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    url = next(word.rstrip(",") for word in line.split() if word.startswith("http"))
    return App(url, folder, process)


def _environment() -> dict[str, str]:
    """Ours, without what tells the app's library that it is under test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return kept | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def stop_app(app: App) -> None:
    """End it as Ctrl-C does."""
    app.process.send_signal(signal.SIGINT)
    try:
        app.process.wait(HANG)
    except subprocess.TimeoutExpired:
        app.process.kill()
        app.process.wait()
    if app.process.stdout is not None:
        app.process.stdout.close()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app on a folder with a small chain in it."""
    pytest.importorskip("nicegui", reason="nicegui is not installed (extra app)")
    from scenarios.examples import bundled

    folder = tmp_path_factory.mktemp("chains")
    bundled.retail_chain(n_products=8, seed=0).write(folder / "small-chain")
    running = start_app(folder)
    _await(running.url)
    yield running
    stop_app(running)


def _await(url: str) -> None:
    """Until the app answers."""
    end = time.monotonic() + HANG
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=HANG).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail("the app does not answer")

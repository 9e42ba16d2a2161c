"""The app as a whole: every page opens, and strangers are kept out."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.planner.app.browser.conftest import App
from tests.support.waiting import HANG


@pytest.mark.parametrize("name", ["Plan", "Simulate", "Train", "Study"])
def test_every_page_opens_from_the_header(page: Any, app: App, name: str) -> None:
    page.goto(app.url)
    page.get_by_role("button", name=name).first.click()
    page.wait_for_url(f"**/{name.lower()}*")
    assert page.title() == f"{name} - planner"


def asked(app: App, **headers: str) -> int:
    request = urllib.request.Request(app.url + "/plan", headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_an_address_that_another_site_made_up_is_refused(app: App) -> None:
    """Against pages that point a name of theirs at this machine."""
    assert asked(app) == 200
    assert asked(app, Host="evil.example") == 403


def test_a_page_of_another_site_cannot_ask(app: App) -> None:
    assert asked(app, Origin="http://evil.example") == 403
    assert asked(app, Origin=app.url) == 200


def test_it_listens_on_this_machine_alone(app: App) -> None:
    port = int(app.url.rsplit(":", 1)[1])
    own = socket.gethostbyname(socket.gethostname())
    if own.startswith("127."):
        pytest.skip("this machine has no address but its own")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((own, port), timeout=HANG).close()

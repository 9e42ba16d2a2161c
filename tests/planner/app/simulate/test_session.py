"""A run in the app: it plays to its end by itself, and pauses when nobody looks."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from planner.app.simulate import page as simulate_page
from planner.app.simulate import tasks
from planner.app.simulate.day_figures import Chosen
from planner.app.simulate.session import Session
from planner.app.worker import Progress
from tests.support.waiting import HANG


def with_run(
    work: Callable[[Session], Awaitable[None]], *, pages: int = 1, **setup: object
) -> None:
    """A started run of one product under a rule, given to ``work`` and then closed."""

    async def whole() -> None:
        session = Session()
        session.pages = pages
        fields = {"source": "example:single", "policy": "closed-form", "n_periods": 4} | setup
        session.setup = dataclasses.replace(session.setup, **fields)
        try:
            await session.start(Path("/nowhere"))
            assert session.trouble == []
            await work(session)
        finally:
            session.close()

    asyncio.run(whole())


async def ended(session: Session) -> None:
    assert session._player is not None
    await asyncio.wait_for(session._player, HANG)


def test_it_plays_to_the_end_of_the_horizon_and_no_further() -> None:
    async def work(session: Session) -> None:
        session.play(rush=True)
        await ended(session)
        assert (len(session.days), session.done, session.playing) == (4, True, False)
        await session.step()
        assert [day.number for day in session.days] == [1, 2, 3, 4]
        assert len(session.series["actual"]) == 4
        assert session.comparison is None
        whole = session.series
        await session.choose(Chosen((0,), 0))
        assert session.series == whole

    with_run(work)


def test_it_pauses_after_a_day_that_nobody_saw() -> None:
    async def work(session: Session) -> None:
        session.play(rush=True)
        await ended(session)
        assert (len(session.days), session.playing) == (1, False)

    with_run(work, pages=0)


def test_a_page_counts_until_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_end: list[Callable[[], None]] = []
    client = SimpleNamespace(on_delete=at_the_end.append)
    monkeypatch.setattr(
        simulate_page, "ui", SimpleNamespace(context=SimpleNamespace(client=client))
    )
    session = Session()
    for _ in range(2):
        simulate_page.count(session)
    assert session.pages == 2
    at_the_end[0]()
    assert session.pages == 1


def test_by_hand_nothing_is_ordered_but_what_is_drafted_and_the_planner_is_run_at_the_end() -> None:
    async def work(session: Session) -> None:
        await session.draft(tasks.place, 0, 30.0)
        await session.step()
        await session.draft(tasks.place, 0, -1.0)
        assert [str(one.value) for one in session.trouble] == ["-1"]  # type: ignore[union-attr]
        session.play(rush=True)
        await ended(session)
        assert [day.ordered for day in session.days] == [30, 0, 0, 0]
        assert session.comparison is not None
        assert session.comparison.hand.ordered == 30
        assert session.comparison.planner.ordered > 30

    with_run(work, by_hand=True)


def test_a_run_that_was_stopped_keeps_its_log_and_can_be_started_anew() -> None:
    async def work(session: Session) -> None:
        await session.step()
        endless = asyncio.ensure_future(session.draft(forever))
        while session.busy != "for ever":
            assert not endless.done()
            await asyncio.sleep(0.01)
        session.stop()
        await asyncio.wait_for(endless, HANG)
        assert (session.gone, len(session.days)) == (True, 1)
        await session.step()
        path = await session.table("days")
        assert path is not None
        assert path.read_text("utf-8").count("\n") == 2
        await session.start(Path("/nowhere"))
        await session.step()
        assert (session.trouble, session.gone, len(session.days)) == ([], False, 1)

    with_run(work)


def forever(memory: dict[str, Any], progress: Progress) -> None:
    progress("for ever")
    time.sleep(2 * HANG)

"""A run in the app: it plays to its end by itself, and pauses when nobody looks."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from planner.app.simulate import session as session_module
from planner.app.simulate import tasks
from planner.app.simulate.day_figures import Chosen
from planner.app.simulate.session import Session
from planner.app.worker import Progress


def with_run(work: Callable[[Session], Awaitable[None]], **setup: object) -> None:
    """A started run of one product under a rule, given to ``work`` and then closed."""

    async def whole() -> None:
        session = Session()
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
    await asyncio.wait_for(session._player, 60)


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


def test_it_pauses_after_a_day_that_nobody_saw(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(session_module, "UNWATCHED", -1.0)

    async def work(session: Session) -> None:
        session.play(rush=True)
        await ended(session)
        assert (len(session.days), session.playing) == (1, False)

    with_run(work)


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
            await asyncio.sleep(0.01)
        session.stop()
        await asyncio.wait_for(endless, 60)
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
    time.sleep(600)

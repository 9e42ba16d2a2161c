"""Sessions of the app: found by their id, and closed to make room."""

from __future__ import annotations

import itertools

from planner.app import sessions
from planner.app.sessions import Registry


def test_a_session_is_found_by_its_id_and_a_stranger_gets_a_new_one() -> None:
    numbers = itertools.count()
    kept: Registry[int] = Registry(lambda: next(numbers), lambda one: None, lambda one: False)
    key, first = kept.open(None)
    assert kept.open(key) == (key, first)
    other, second = kept.open("no such id")
    assert (other != key, second) == (True, 1)
    assert kept.find("no such id") is None


def test_what_works_is_not_closed_while_another_rests() -> None:
    numbers = itertools.count()
    closed: list[int] = []
    kept: Registry[int] = Registry(lambda: next(numbers), closed.append, lambda one: one == 0)
    for _ in range(sessions.MOST + 2):
        kept.open(None)
    assert closed == [1, 2]  # 0, the oldest, works


def test_at_the_end_all_are_closed() -> None:
    closed: list[str] = []
    kept: Registry[str] = Registry(lambda: "one", closed.append, lambda one: False)
    kept.open(None)
    kept.close()
    assert closed == ["one"]

"""What follows from a scenario alone, worked out once for each."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from scenarios.model.scenario import Scenario

Result = TypeVar("Result")


def once(function: Callable[[Scenario], Result]) -> Callable[[Scenario], Result]:
    """The function, which is asked once for each scenario and remembered as long as that lives.

    All who ask get the same arrays, so nobody may write to them.
    """
    known: WeakKeyDictionary[Scenario, Result] = WeakKeyDictionary()

    @wraps(function)
    def of(scenario: Scenario) -> Result:
        try:
            return known[scenario]
        except KeyError:
            result = known[scenario] = function(scenario)
            return result

    return of

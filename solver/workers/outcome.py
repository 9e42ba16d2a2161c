"""What comes of a task: its result, or the exception that stands for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from traceback import format_exception
from typing import Any

from solver.workers.protocol import Outcomes, Task, Workers


@dataclass(frozen=True)
class RemoteError:
    """Stands for the result of a call that raised an exception."""

    error: Exception
    there: Exception | None = None
    """Tells of the place where it happened."""


@dataclass(frozen=True)
class Failure:
    """An exception on its way from another process or machine.

    As it is, Python would make it anew from its message, which many do not take.
    """

    kind: type[Exception]
    arguments: tuple[Any, ...]
    attributes: dict[str, Any]
    traceback: str

    @classmethod
    def of(cls, error: Exception) -> Failure:
        """What there is to send."""
        return cls(type(error), error.args, vars(error), "".join(format_exception(error)))

    def raised(self) -> RemoteError:
        """The exception as it was."""
        error = self.kind.__new__(self.kind, *self.arguments)
        vars(error).update(self.attributes)
        return RemoteError(error, Exception(f"\n{self.traceback}"))


def sent(call: Callable[[Any, Any], Any], held: Any, own: Any) -> Any:
    """The result of a call, or its failure as it can be sent."""
    try:
        return call(held, own)
    except Exception as error:
        return Failure.of(error)


def received(found: Any) -> Any:
    """What was sent, with exceptions as they were."""
    return found.raised() if isinstance(found, Failure) else found


def in_order_of_tasks(outcomes: Outcomes) -> Iterator[tuple[int, Any]]:
    """Results in the order of their tasks; raises what a call raised, and ends the others then."""
    with closing(outcomes):
        early: dict[int, Any] = {}
        due = 0
        for number, found in outcomes:
            if isinstance(found, RemoteError):
                raise found.error from found.there
            early[number] = found
            while due in early:
                yield due, early.pop(due)
                due += 1


def hold_once(workers: Workers, items: Iterable[tuple[Any, Any]]) -> Iterator[Task]:
    """Tasks of values that they share and of what is their own; neighbours share what is held."""
    last: Any = None
    stand: Any = None
    for shared, own in items:
        if stand is None or shared is not last:
            last, stand = shared, workers.hold(shared)
        yield stand, own

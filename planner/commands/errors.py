"""What can go wrong, as a line on stderr and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

BAD_INPUT, NO_RESULT, STOPPED = 2, 3, 130
"""Exit codes: the input or an option cannot be used; nothing came of it; Ctrl-C."""
NOTHING_WRITTEN = "Stopped; nothing was written."
ENDED = (
    "a process was ended from outside, as happens where memory runs out."
    " Remedy: go on with the same command, and fewer --workers"
)


def fail(message: str, code: int) -> NoReturn:
    """End the command with a line on stderr."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


@contextmanager
def errors() -> Iterator[None]:
    """Turn what can go wrong into a line on stderr and an exit code."""
    try:
        yield
    except KeyboardInterrupt:
        fail(NOTHING_WRITTEN, STOPPED)
    except OSError as error:
        fail(f"error: {_what(error)}", BAD_INPUT)
    except MemoryError as error:
        from planner.text.method import memory_text

        fail(f"error: {memory_text(error)}", NO_RESULT)
    except (ValueError, RuntimeError) as error:
        _fail_of(error)
        raise


def _fail_of(error: ValueError | RuntimeError) -> None:
    """End the command for errors that have words for people; others are faults of the planner."""
    from planner.commands.text.terminal import findings_text, harmless
    from planner.planning.plan_result import AuditError
    from scenarios.errors import InputError
    from solver.workers.ray_workers import ClusterFailed

    if isinstance(error, ClusterFailed):
        fail(f"error: {harmless(str(error))}", NO_RESULT)
    if isinstance(error, InputError):
        text = harmless(findings_text(error.findings))
        n = sum(finding.count for finding in error.findings if finding.severity == "error")
        fail(f"{text}\nThe input cannot be used; errors: {n:,}.", BAD_INPUT)
    if isinstance(error, AuditError):
        text = f"No plan was written: {harmless(str(error))}"
        fail(f"{text}\nThis is a fault of the planner.", NO_RESULT)


def _what(error: OSError) -> str:
    """An error of the file system without its number."""
    if error.strerror is None:
        return str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


@contextmanager
def resumable(afterwards: str) -> Iterator[None]:
    """Say in a line what ended a run of many from outside, and what to do then."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        yield
    except KeyboardInterrupt:
        fail(f"Stopped; {afterwards}.", STOPPED)
    except BrokenProcessPool:
        fail(f"error: {ENDED}", NO_RESULT)
    except ImportError as error:
        fail(f"error: {error}", BAD_INPUT)

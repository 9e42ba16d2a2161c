"""A process that works for one session of the app, and remembers between calls.

Planning in a thread would hold up every page, and could not be stopped; a process can be ended.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from planner.text.method import memory_text
from planner.text.names import upper_first
from scenarios.errors import Finding, InputError

Progress = Callable[[str], None]
Task = Callable[..., Any]
"""``task(memory, progress, *arguments)``; ``memory`` lasts as long as the process."""


class WorkStopped(Exception):
    """The user ended the work."""


class WorkFailed(Exception):
    """The work failed for a reason that is not the input's; the text is for people."""


class Worker:
    """Runs one task after the other in a process of its own, started when first needed."""

    def __init__(self) -> None:
        self._process: Any = None
        self._pipe: Any = None
        self._turn = asyncio.Lock()
        self._stopped = False

    async def ask(self, task: Task, *arguments: Any, progress: Progress | None = None) -> Any:
        """What ``task(memory, progress, *arguments)`` returns.

        Raises
        ------
        InputError
            As the task does.
        Stopped
            If :meth:`stop` was called meanwhile; what the process remembered is gone.
        Failed
            For anything else.
        """
        async with self._turn:
            self._start()
            self._stopped = False
            try:
                self._pipe.send((task, arguments))
                while True:
                    kind, value = await asyncio.to_thread(self._pipe.recv)
                    if kind == "progress":
                        if progress is not None:
                            progress(value)
                        continue
                    if kind == "input":
                        raise InputError(value)
                    if kind == "failed":
                        raise WorkFailed(value)
                    return value
            except (EOFError, OSError):
                self._end()
                if self._stopped:
                    raise WorkStopped from None
                text = "The process that planned was ended, as happens where memory runs out."
                raise WorkFailed(text) from None

    def stop(self) -> None:
        """End what is under way; the next task starts afresh."""
        self._stopped = True
        if self._process is not None:
            self._process.terminate()

    def _start(self) -> None:
        if self._process is not None and self._process.is_alive():
            return
        self._end()
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def _end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.join(5)
            self._pipe.close()
        self._process = self._pipe = None


def _serve(pipe: Connection) -> None:
    """Work until the other side is gone."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Named locks (Pyomo makes one) outlive a process that is ended; those for forking have no name.
    if "fork" in multiprocessing.get_all_start_methods():
        multiprocessing.set_start_method("fork", force=True)
    memory: dict[str, Any] = {}
    while True:
        try:
            task, arguments = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            answer = "done", task(memory, lambda text: pipe.send(("progress", text)), *arguments)
        except InputError as error:
            answer = "input", list(error.findings)
        except KeyboardInterrupt:
            return
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            finding = Finding(
                "file", f"{where}{error.strerror or error}", "see that it can be used"
            )
            answer = "input", [finding]
        except MemoryError as error:
            answer = "failed", f"{upper_first(memory_text(error))}."
        except Exception as error:
            traceback.print_exc()
            answer = "failed", f"{type(error).__name__}: {error}"
        try:
            pipe.send(answer)
        except (BrokenPipeError, ConnectionResetError):
            return

"""Ctrl-C while compiled code works: it is heard at once, and not when that code is done.

Python tells of Ctrl-C between two of its own instructions. A solver at work, in this thread or in
others that are waited for, may take a minute to its next one.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from planner.commands.errors import NOTHING_WRITTEN, STOPPED

PATIENCE = 1.0
"""Seconds that the usual way may take."""


@contextmanager
def at_once(last: Callable[[], object] | None = None) -> Iterator[None]:
    """End the process a second after Ctrl-C if it has not come out of the ``with`` by itself.

    For work that leaves nothing to clear away. Elsewhere than in the main thread, or where Ctrl-C
    means something else, nothing changes.

    Parameters
    ----------
    last : callable, optional
        Called before the process is ended, to leave the terminal as it was.
    """
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not usual or threading.current_thread() is not threading.main_thread():
        yield
        return
    done = threading.Event()
    heard, told = socket.socketpair()
    told.setblocking(False)

    def watch() -> None:
        while signals := heard.recv(64):
            if signal.SIGINT in signals and not done.wait(PATIENCE):
                if last is not None:
                    last()
                print(NOTHING_WRITTEN, file=sys.stderr, flush=True)
                os._exit(STOPPED)

    watcher = threading.Thread(target=watch, daemon=True)
    before = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        signal.set_wakeup_fd(before)
        told.close()
        watcher.join()
        heard.close()


def leave(end: SystemExit) -> None:
    """End the process at once if it was stopped while threads are at work, which Python waits for.

    Otherwise nothing happens, and it ends as usual.
    """
    others = set(threading.enumerate()) - {threading.current_thread()}
    if end.code == STOPPED and any(not thread.daemon for thread in others):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(STOPPED)

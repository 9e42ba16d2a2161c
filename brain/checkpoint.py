"""Checkpoints of a training, and leaving one when it is interrupted. Needs Torch."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import torch

from scenarios.errors import Finding, InputError


def save_checkpoint(path: Path, **content: Any) -> None:
    """Write a checkpoint whole: a crash leaves the one before it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    torch.save(content, draft)
    os.replace(draft, path)


def load_checkpoint(path: Path, identity: str) -> dict[str, Any]:
    """Read a checkpoint; nothing but numbers and text is ever unpacked.

    Raises
    ------
    InputError
        If there is none, it is damaged, or it belongs to a training of other settings.
    """
    remedy = "start the training anew, or name the folder of the one to resume"
    try:
        saved = torch.load(path, weights_only=True, map_location="cpu")
        found = saved["identity"]
    except FileNotFoundError:
        raise InputError([Finding(str(path), "there is no checkpoint here", remedy)]) from None
    except (OSError, RuntimeError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
        problem = "the checkpoint is damaged"
        raise InputError([Finding(str(path), problem, remedy)]) from error
    if found != identity:
        problem = "the checkpoint belongs to a training with other settings"
        raise InputError([Finding(str(path), problem, remedy)])
    return saved


class Interrupts:
    """While it lasts, Ctrl-C only raises a flag, so that a step is never left half done.

    A second Ctrl-C stops at once. Outside the main thread it does nothing.
    """

    seen = False

    def __enter__(self) -> Interrupts:
        self._before: Any = None
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.seen:
            raise KeyboardInterrupt
        self.seen = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

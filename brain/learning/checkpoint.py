"""Checkpoints of a training, and leaving one when it is interrupted. Needs Torch."""

from __future__ import annotations

import io
import pickle
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import numpy as np
import torch

from brain.learning.options import CheckpointDamaged
from scenarios.errors import Finding, InputError
from scenarios.writing.atomic import write_atomic

UNREADABLE = (
    OSError, RuntimeError, EOFError, KeyError, TypeError, ValueError, pickle.UnpicklingError,
)  # fmt: skip
"""What Torch may raise at bytes that are no checkpoint."""


def pack_bytes(**content: Any) -> bytes:
    """Numbers, text, tensors and what is made of them, as bytes."""
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()


def unpack_bytes(data: bytes) -> dict[str, Any]:
    """What :func:`pack_bytes` packed; nothing else is ever unpacked.

    Raises
    ------
    CheckpointDamaged
    """
    try:
        content = torch.load(io.BytesIO(data), weights_only=True, map_location="cpu")
    except UNREADABLE as error:
        raise CheckpointDamaged("the checkpoint is damaged") from error
    if not isinstance(content, dict):
        raise CheckpointDamaged("the checkpoint is damaged")
    return content


def as_tensors(value: Any) -> Any:
    """Nested dicts and lists with tensors in place of arrays."""
    return _mapped(value, np.ndarray, lambda array: torch.from_numpy(np.array(array)))


def as_arrays(value: Any) -> Any:
    """Nested dicts and lists with arrays in place of tensors."""
    return _mapped(value, torch.Tensor, lambda tensor: tensor.numpy())


def _mapped(value: Any, kind: type, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, kind):
        return change(value)
    if isinstance(value, dict):
        return {name: _mapped(entry, kind, change) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(entry, kind, change) for entry in value]
    return value


def save_checkpoint(path: Path, **content: Any) -> None:
    """Write a checkpoint whole: a crash leaves the one before it."""
    write_atomic(path, pack_bytes(**content))


def load_checkpoint(path: Path, identity: str) -> dict[str, Any]:
    """Read a checkpoint of :func:`save_checkpoint`.

    Raises
    ------
    InputError
        If there is none, it is damaged, or it belongs to a training of other settings.
    """
    remedy = "start the training anew, or name the folder of the one to resume"
    try:
        saved = unpack_bytes(path.read_bytes())
    except FileNotFoundError:
        raise InputError([Finding(str(path), "there is no checkpoint here", remedy)]) from None
    except (OSError, CheckpointDamaged) as error:
        problem = "the checkpoint is damaged"
        raise InputError([Finding(str(path), problem, remedy)]) from error
    if saved.get("identity") != identity:
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

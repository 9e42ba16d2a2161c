"""Arrays that nobody may write to.

What is frozen data takes its arrays by :func:`frozen`: one that can be written to is copied, so
that whoever gave it may go on writing to it and changes nothing here; one that is read-only is
shared. Whoever has made an array for frozen data alone gives it away by :func:`freeze`, and saves
the copy.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np
from array_api_compat import is_numpy_namespace
from numpy.typing import NDArray

from scenarios.arrays.types import Array


def frozen(values: object, dtype: type | None = None) -> NDArray[Any]:
    """A read-only array of the values: the same array if it is one of this dtype already.

    Parameters
    ----------
    values : array_like
    dtype : type, optional
        Default: whatever the values have.

    Raises
    ------
    TypeError, ValueError
        If the values cannot be of that dtype.
    """
    array: NDArray[Any] = np.asarray(values, dtype=dtype)
    if not array.flags.writeable:
        return array
    if array is values or array.base is not None:
        # In the same order of memory, for sums depend on it in their last digit.
        array = np.array(array, order="K", copy=True)
    array.flags.writeable = False
    return array


def freeze(array: Array) -> Array:
    """The array itself, which from now on nobody may write to."""
    array.flags.writeable = False
    return array


_SOUND: dict[tuple[int, Hashable], weakref.ref[NDArray[Any]]] = {}


def is_sound(array: NDArray[Any], rule: Hashable, holds: Callable[[NDArray[Any]], bool]) -> bool:
    """Whether a rule holds of every entry of an array; read-only ones are looked at once.

    Scenarios are made of each other all the time, and most of their arrays stay the same, or are
    parts of those before.

    Parameters
    ----------
    array : array
    rule : hashable
        Stands for ``holds``.
    holds : callable
    """
    owner = array if array.base is None else array.base
    if not isinstance(owner, np.ndarray) or owner.flags.writeable:
        return holds(array)
    key = (id(owner), rule)
    known = _SOUND.get(key)
    if known is not None and known() is owner:
        return True
    if not holds(array):
        return False
    if owner is array:
        _SOUND[key] = weakref.ref(array, lambda _: _SOUND.pop(key, None))
    return True


def in_library(xp: Any, values: Any, dtype: Any = None, device: Any = None) -> Array:
    """The values as an array of another library; of NumPy, the same memory if that can be.

    Other libraries write to what they are given, so they get a copy of what is read-only.
    """
    read_only = isinstance(values, np.ndarray) and not values.flags.writeable
    if read_only and not is_numpy_namespace(xp):
        values = values.copy()
    return xp.asarray(values, dtype=dtype, device=device)

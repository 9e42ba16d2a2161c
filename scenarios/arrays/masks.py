"""Some of the routes, for what happens to them alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.arrays.types import Array


@dataclass(frozen=True, eq=False)
class Group:
    """Some of the routes: as stretches [start, stop) where these are few, and as a mask."""

    xp: Any
    everything: bool
    stretches: tuple[tuple[int, int], ...] | None
    mask: Array

    def __call__(self, x: Array) -> Array:
        """[..., A] the entries of the group, 0 elsewhere."""
        if self.everything:
            return x
        if self.stretches is None:
            return self.xp.where(self.mask, x, self.xp.zeros_like(x))
        pieces, last = [], 0
        for start, stop in (*self.stretches, (x.shape[-1], x.shape[-1])):
            if start > last:
                pieces.append(self.xp.zeros_like(x[..., last:start]))
            pieces.append(x[..., start:stop])
            last = stop
        return self.xp.concat(pieces, axis=-1)

    def add(self, base: Array | None, x: Array) -> Array:
        """``base + x`` on the group, ``base`` elsewhere; no base counts as 0."""
        if base is None:
            return self(x)
        if self.everything:
            return base + x
        if self.stretches is None:
            return base + self(x)
        pieces, last = [], 0
        for start, stop in self.stretches:
            if start > last:
                pieces.append(base[..., last:start])
            pieces.append(base[..., start:stop] + x[..., start:stop])
            last = stop
        if last < base.shape[-1]:
            pieces.append(base[..., last:])
        return self.xp.concat(pieces, axis=-1)


def group(xp: Any, mask: np.ndarray, device: Any = None) -> Group:
    """Prepare a group from its NumPy mask [A]."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    stretches = tuple(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    few = stretches if len(stretches) <= max(8, mask.size // 64) and len(stretches) < 64 else None
    return Group(xp, bool(mask.all()), few, xp.asarray(mask, device=device))

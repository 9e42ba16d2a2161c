"""Work spread over a Ray cluster: in any order, failures as data, lost workers tried again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from brain import cluster as clusters
from brain.cluster import cluster, require, spread

# What Ray warns of in its own code is its own.
pytestmark = pytest.mark.filterwarnings("ignore")


def divide(shared: list[int], own: int) -> float:
    return shared[0] / own


def fall_once(mark: Path, own: int) -> int:
    """As if the system took the worker away, the first time."""
    if own == 1 and not mark.exists():
        mark.touch()
        os._exit(1)
    return own


def fall(shared: object, own: int) -> None:
    os._exit(1)


def test_results_come_with_their_index_and_errors_as_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    six, ten = [6], [10]
    with cluster(None):
        items = [(six, 1), (six, 0), (six, 3), (ten, 1), (ten, 5), (six, 2), (six, 6)]
        found = dict(spread(None, divide, items))
        error = found.pop(1)
        assert isinstance(error, ZeroDivisionError)
        assert found == {0: 6, 2: 2, 3: 10, 4: 2, 5: 3, 6: 1}
        # A worker that is lost is replaced, and its task run again ...
        assert dict(spread(None, fall_once, [(tmp_path / "mark", n) for n in range(3)])) == {
            0: 0, 1: 1, 2: 2,
        }  # fmt: skip
        # ... but not for ever.
        monkeypatch.setattr(clusters, "RETRIES", 0)
        lost = dict(spread(None, fall, [(None, 0)]))
        assert isinstance(lost[0], Exception)


def test_a_missing_package_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"a cluster needs ray, torch.*pip install 'echelon-plan"):
        require("a cluster", "ray", "torch")

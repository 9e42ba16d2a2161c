"""The folder of the app: what is offered, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.app.folder import Folder
from scenarios.errors import InputError


def test_inputs_are_offered_and_plans_are_not(tmp_path: Path) -> None:
    """A plan has a table of products, too."""
    for name in ("chain", "deep/chain", "plan", ".hidden"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "products.csv").touch()
    (tmp_path / "plan" / "plan.json").touch()
    (tmp_path / "book.xlsx").touch()
    assert Folder(tmp_path).inputs() == ["book.xlsx", "chain", "deep/chain"]


@pytest.mark.parametrize("way", ["..", "../other", "/etc/passwd", "link", "chain/../../other"])
def test_nothing_outside_is_opened(tmp_path: Path, way: str) -> None:
    root = tmp_path / "root"
    (root / "chain").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (root / "link").symlink_to(tmp_path / "other")
    with pytest.raises(InputError, match="outside the folder"):
        Folder(root).inside(way)


@pytest.mark.parametrize("name", ["", "..", ".hidden", "a/b", "a\\b", "<b>", "x" * 65, "a\n"])
def test_a_name_is_a_plain_word(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no name for a folder"):
        Folder(tmp_path).named("plans", name)


def test_a_name_that_is_taken_is_refused_and_the_next_is_offered(tmp_path: Path) -> None:
    (tmp_path / "plans" / "a").mkdir(parents=True)
    folder = Folder(tmp_path)
    with pytest.raises(InputError, match="taken"):
        folder.named("plans", "a")
    assert folder.free("plans", "a") == "a-2"

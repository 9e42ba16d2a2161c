"""The app opens and writes nothing outside its folder, by links and odd names neither."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from planner.app.folder import Folder
from planner.app.plan.session import Session
from scenarios.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder with an input and saved edits, beside a file that is none of its business."""
    (tmp_path / "secret.csv").write_text("of others")
    root = tmp_path / "root"
    for name in ("chain", "overrides"):
        (root / name).mkdir(parents=True)
    (root / "chain" / "products.csv").write_text("product\nA\n")
    (root / "overrides" / "fair.csv").write_text("kind,value\n")
    return Folder(root)


@pytest.mark.parametrize("text", ["..", "../secret.csv", "/etc/passwd", "chain/../../x", "a\0b"])
def test_a_path_out_of_the_folder_is_refused(folder: Folder, text: str) -> None:
    with pytest.raises(InputError, match="path"):
        folder.inside(text)


def test_a_table_that_is_a_link_out_of_the_folder_is_refused(folder: Folder) -> None:
    assert folder.source("chain") == folder.root / "chain"
    inner = folder.root / "chain" / "lanes.csv"
    inner.symlink_to(folder.root / "chain" / "products.csv")
    assert folder.source("chain") == folder.root / "chain"
    (folder.root / "chain" / "forecast.csv").symlink_to(folder.root.parent / "secret.csv")
    with pytest.raises(InputError, match="lies outside the folder"):
        folder.source("chain")


def test_links_are_not_listed(folder: Folder) -> None:
    (folder.root / "overrides" / "leak.csv").symlink_to(folder.root.parent / "secret.csv")
    assert folder.below("overrides") == [folder.root / "overrides" / "fair.csv"]
    (folder.root / "studies").symlink_to(folder.root.parent)
    assert folder.below("studies") == []


@pytest.mark.parametrize("name", ["../chain/products", "x/../../chain/products", "/", ""])
def test_saved_edits_replace_nothing_but_saved_edits(folder: Folder, name: str) -> None:
    with pytest.raises(InputError, match="is no name for a folder"):
        asyncio.run(Session(folder).save_edits(name, instead=True))
    assert (folder.root / "chain" / "products.csv").read_text() == "product\nA\n"


def test_a_name_that_is_taken_is_used_again_only_where_asked(folder: Folder) -> None:
    with pytest.raises(InputError, match="is taken"):
        folder.named("overrides", "fair.csv")
    kept = folder.named("overrides", "fair.csv", instead=True)
    assert kept == folder.root / "overrides" / "fair.csv"

"""Files are there whole or as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenarios.writing.atomic import write_whole


def test_text_and_bytes_replace_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    write_whole(path, "ä")
    assert path.read_bytes() == "ä".encode()
    write_whole(path, b"\x00")
    assert path.read_bytes() == b"\x00"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.txt"]


def test_what_was_there_stays_if_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_whole(path, "old")
    (tmp_path / "file.txt.part").mkdir()
    with pytest.raises(OSError, match="part"):
        write_whole(path, "new")
    assert path.read_text() == "old"

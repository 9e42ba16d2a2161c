"""Files and folders are there whole or as they were."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from scenarios.writing.atomic import LEFT_OVER, atomic_file, atomic_folder, write_atomic


def entries(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_text_and_bytes_replace_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    write_atomic(path, "ä")
    assert path.read_bytes() == "ä".encode()
    write_atomic(path, b"\x00")
    assert path.read_bytes() == b"\x00"
    assert entries(path.parent) == ["file.txt"]


def test_lines_end_as_they_were_given(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a", "one\ntwo\r\n")
    assert (tmp_path / "a").read_bytes() == b"one\ntwo\r\n"


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_file_that_was_there_stays_if_writing_fails(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "file.csv.gz"
    write_atomic(path, "old")

    def fail() -> None:
        with atomic_file(path) as draft:
            assert draft.name.endswith(".csv.gz")
            draft.write_text("half")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert path.read_text() == "old"
    assert entries(tmp_path) == ["file.csv.gz"]


def test_a_file_that_cannot_be_replaced_is_named_in_the_error(tmp_path: Path) -> None:
    (tmp_path / "place" / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match=r"place'?$") as error:
        write_atomic(tmp_path / "place", "x")
    assert error.value.filename == str(tmp_path / "place")
    assert entries(tmp_path) == ["place"]


def test_a_folder_is_private_until_it_is_whole(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "new" / "out") as folder:
        (folder / "a").write_text("x")
        assert folder.stat().st_mode & 0o777 == 0o700
        assert not (tmp_path / "new" / "out").exists()
    assert entries(tmp_path / "new") == ["out"]
    plain = tmp_path / "plain"
    plain.mkdir()
    assert (tmp_path / "new" / "out").stat().st_mode == plain.stat().st_mode


def test_a_folder_that_is_there_is_refused_or_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.mkdir()
    (path / "older").touch()
    with pytest.raises(FileExistsError, match="exists already"), atomic_folder(path):
        pass
    with atomic_folder(path, replace=True) as folder:
        (folder / "newer").touch()
        assert entries(path) == ["older"]
    assert entries(path) == ["newer"]
    assert entries(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_folder_that_was_there_stays_if_writing_fails(
    tmp_path: Path, error: BaseException
) -> None:
    path = tmp_path / "out"
    path.mkdir()
    (path / "older").touch()

    def fail() -> None:
        with atomic_folder(path, replace=True) as folder:
            (folder / "half").touch()
            raise error

    with pytest.raises(type(error)):
        fail()
    assert entries(path) == ["older"]
    assert entries(tmp_path) == ["out"]


def test_what_a_killed_process_left_goes_a_day_later(tmp_path: Path) -> None:
    """Until then it may be that of a process at work; other names are none of its business."""
    names = [".0123abcd-a", ".0123abce-a", ".0123abcd-ab", ".0123abcd-b", "0123abcd-a", ".hidden-a"]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").touch()
    (tmp_path / ".0123abcf-a").write_text("half")
    old = time.time() - LEFT_OVER - 60.0
    for name in (*names, ".0123abcf-a"):
        if name != ".0123abce-a":
            os.utime(tmp_path / name, (old, old))
    write_atomic(tmp_path / "a", "x")
    gone = {".0123abcd-a", ".0123abcf-a"}
    assert set(entries(tmp_path)) == {*names, "a"} - gone
    with atomic_folder(tmp_path / "b"):
        pass
    assert set(entries(tmp_path)) == {*names, "a", "b"} - gone - {".0123abcd-b"}

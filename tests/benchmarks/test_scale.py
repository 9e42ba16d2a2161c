"""Measurements at scale are taken, judged and told as they should be."""

from __future__ import annotations

import json
import math
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.scale import checks, command, text
from benchmarks.whole_process import memory_of_tree, whole_process

DOCS = Path(__file__).parents[2] / "docs"


def row(products: int, seconds: float, **more: Any) -> dict[str, Any]:
    """A plan of the decomposed solver that spends nine tenths of its time on orders."""
    return {
        "products": products, "seconds": seconds, "init_seconds": 1.0, "peak_bytes": 0.4e9,
        "status": "gap_reached", "gap": 0.001, "objective": 100.0, "bound": 99.9,
        "phases": {"orders": 0.9 * seconds, "audit": 0.05 * seconds}, "blocks": 10, "rounds": 3,
        "workers": 2, "highs_seconds": 1.5 * seconds, "block_seconds": 1.5 * seconds,
    } | more  # fmt: skip


def test_a_size_is_made_planned_and_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "scale"
    page = (DOCS / "scale.md").read_text(encoding="utf-8")
    (tmp_path / "scale.md").write_text(page, encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["scale", "--sizes", "20", "--repeat", "1", "--out", str(out)])
    command.main()
    assert "| 20 | " in capsys.readouterr().out
    (kept,) = json.loads((out / "scale.json").read_text())["sizes"]
    assert kept["gap"] <= 0.005
    assert 0.1e9 < kept["peak_bytes"] < 2e9
    assert 0 < kept["phases"]["total"] < kept["seconds"]
    assert (out / "scale.png").stat().st_size > 5_000
    assert "| 20 | " in (tmp_path / "scale.md").read_text(encoding="utf-8")


HOLDING = """
import pathlib, subprocess, sys, time
held = bytearray(b"x") * 100_000_000
if len(sys.argv) > 2:  # a child of its own as well, with one argument less
    subprocess.run([sys.executable, *sys.argv[:-1]], check=True)
else:
    pathlib.Path(sys.argv[1]).with_suffix(".held").touch()
    until = time.monotonic() + 600
    while not pathlib.Path(sys.argv[1]).exists() and time.monotonic() < until:
        time.sleep(0.01)
"""


def test_memory_is_that_of_a_process_and_its_children_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 100 MB in the process and as much in a child of it, which ends once they have been looked at.
    script, looked = tmp_path / "holding.py", tmp_path / "looked"
    script.write_text(HOLDING)

    def look(pid: int) -> int:
        held = looked.with_suffix(".held").exists()
        found = memory_of_tree(pid)
        if held:
            looked.touch()
        return found

    monkeypatch.setattr("benchmarks.whole_process.memory_of_tree", look)
    run = whole_process([sys.executable, str(script), str(looked), "with a child"])
    assert run.code == 0
    assert 0.2e9 < run.peak_bytes < 0.3e9


def test_a_process_is_ended_when_its_time_is_over_and_its_errors_are_told() -> None:
    slow = whole_process([sys.executable, "-c", "import time; time.sleep(600)"], limit=0.3)
    assert (slow.timed_out, slow.code) == (True, -signal.SIGKILL)
    bad = whole_process([sys.executable, "-c", "import sys; sys.exit('no such thing')"])
    assert (bad.code, bad.said) == (1, "no such thing")


def test_growth_is_told_by_exponent_from_a_thousand_products_on() -> None:
    # 200 products are left out; from 1,000 on time is linear.
    rows = [row(200, 2.0), row(1_000, 4.0), row(10_000, 40.0), row(100_000, 400.0)]
    assert text.growth(rows, "seconds") == pytest.approx((1.0, 1.0))
    # 10 times as many cost 10, and 10 times as many again cost 100: 3 orders over 2.
    bent = [row(1_000, 4.0), row(10_000, 40.0), row(100_000, 4_000.0)]
    assert text.growth(bent, "seconds") == pytest.approx((1.5, 1.5))
    assert math.isnan(text.growth(rows[:2], "seconds")[0])
    assert text.growth_text(rows[:2]) == ""


def test_yardsticks_are_met_or_named() -> None:
    assert text.missed(row(1_000, 15.0)) == []
    late = row(1_000, 15.1, peak_bytes=1.1e9, gap=0.006)
    assert text.missed(late) == ["time", "memory", "gap"]
    assert text.missed(row(20, 999.0, gap=None)) == ["gap"]
    assert "| **missed**: time |" in text.sizes_table([row(1_000, 15.1)])


def test_what_a_plan_does_not_tell_is_left_blank() -> None:
    plain = row(
        1_000, 10.0, blocks=None, rounds=None, highs_seconds=None, block_seconds=None, workers=None
    )
    assert text.sizes_table([plain]).count("–") == 4
    assert math.isnan(text.on_paper(plain, 100))
    assert text.paper_table(plain) == ""


def test_the_solver_is_weighed_against_highs_alone() -> None:
    # 90 s x 2 workers for 150 s inside HiGHS; 10 of 100 s are spent on other things.
    assert text.overhead(row(1_000, 100.0)) == pytest.approx(1.2)
    assert text.outside(row(1_000, 100.0)) == pytest.approx(0.1)


def test_many_workers_on_paper_wait_for_the_serial_part() -> None:
    # A block takes 150 / (3 x 10) = 5 s. Two workers solve a round in 5 x 5 = 25 s, of 30.
    plan = row(1_000, 100.0)
    assert text.on_paper(plan, 2) == pytest.approx(100.0)
    # Serial 10 s; 3 rounds of 10 x 5 s by one worker, of 1 x 5 s by a hundred, and 5 s each.
    assert text.on_paper(plan, 1) == pytest.approx(10 + 3 * (50 + 5))
    assert text.on_paper(plan, 100) == pytest.approx(10 + 3 * (5 + 5))
    assert "| 100 | 40 | 4% |" in text.paper_table(plan)


def test_plans_agree_within_their_gaps_and_above_each_others_bounds() -> None:
    whole = row(1_000, 60.0, objective=100.0, bound=99.8, gap=0.002)
    near = row(1_000, 10.0, objective=100.25, bound=99.95, gap=0.003)
    pair = checks.compared(1_000, whole, near)
    assert pair["agree"]
    assert pair["difference"] == pytest.approx(0.0025)
    far = near | {"objective": 100.6}
    assert not checks.compared(1_000, whole, far)["agree"]
    # Within the gaps, but below what the whole program has proven to be the least.
    wrong = near | {"objective": 99.7, "bound": 99.5}
    assert not checks.compared(1_000, whole, wrong)["agree"]
    late = {"seconds": 600.0, "objective": None, "gap": None}
    assert "no plan in time" in text.monolith_table([checks.compared(10_000, late, near)])


def test_workers_are_compared_with_the_first_of_their_kind() -> None:
    runs = [
        row(1_000, 100.0) | {"kind": "threads", "workers": 1},
        row(1_000, 60.0, phases={"orders": 50.0}) | {"kind": "threads", "workers": 2},
    ]
    # 100 / (2 x 60) and 90 / (2 x 50).
    assert "| threads | 2 | 1,000 | 60.0 | 50.0 | 83% | 90% |" in text.workers_table(runs)


def test_the_document_has_a_place_for_each_table() -> None:
    page = (DOCS / "scale.md").read_text(encoding="utf-8")
    for name in ("machine", "sizes", "phases", "monolith", "workers", "paper"):
        assert f"\n{name}: here\n" in text.fill(page, name, f"{name}: here")

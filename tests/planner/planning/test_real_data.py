"""The whole way on real data: sales tables to an input folder to an audited plan."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data"


def planned(script: str, folder: Path) -> tuple[dict[str, object], Path]:
    """Convert a data set, plan it with the command, and read the report."""
    source, out = folder / "in", folder / "out"
    convert = [sys.executable, str(ROOT / "examples" / script), "--out", str(source)]
    subprocess.run(convert, check=True, capture_output=True)
    command = [sys.executable, "-m", "planner", "plan", str(source), "--out", str(out)]
    subprocess.run([*command, "--time-limit", "300"], check=True, capture_output=True, cwd=ROOT)
    return json.loads((out / "plan.json").read_text()), out


@pytest.mark.skipif(not (DATA / "vn2").exists(), reason="needs the VN2 data")
def test_vn2_plans_67_stores_in_weeks(tmp_path: Path) -> None:
    report, out = planned("vn2.py", tmp_path)
    assert report["gap"] <= 0.005
    orders = pd.read_csv(out / "purchase_orders.csv", parse_dates=["order_date", "receipt_date"])
    now = orders[orders["release"] == "now"]
    assert (now["order_date"] == "2024-04-15").all()
    assert (now["quantity"] == now["quantity"].round()).all()
    # An order at the end of a week arrives at the start of the third week after it.
    assert ((now["receipt_date"] - now["order_date"]).dt.days == 14).all()
    stock = pd.read_csv(out / "projection.csv")
    served = 1 - stock["missed"].sum() / stock["demand"].sum()
    assert served > 0.95


@pytest.mark.skipif(not (DATA / "favorita_21_stores").exists(), reason="needs the Favorita data")
def test_favorita_plans_21_stores_behind_a_full_dc(tmp_path: Path) -> None:
    report, out = planned("favorita.py", tmp_path)
    assert report["gap"] <= 0.005
    use = {place["name"]: place for place in report["capacity"]}
    assert 0.8 < use["storage DC"]["mean_use"] <= 1.0
    assert use["lane supplier -> DC"]["peak_use"] <= 1.0 + 1e-6
    orders = pd.read_csv(out / "purchase_orders.csv", dtype={"binding_capacity": str})
    assert set(orders["origin"]) == {"supplier", "DC"}
    assert (orders["binding_capacity"].fillna("") == "storage DC").any()

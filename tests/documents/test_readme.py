"""The README's example in Python runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from planner import write_example

ROOT = Path(__file__).parents[2]


def test_the_example_in_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    write_example("my-chain", n_products=4)
    world: dict[str, object] = {}
    exec(code, world)  # as a reader would paste it
    assert (tmp_path / "my-plan" / "plan.json").exists()

"""Whatever is in the files, the answer is a scenario or one report: never a traceback."""

from __future__ import annotations

import datetime
import decimal
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import InputError
from scenarios.model.scenario import Scenario
from tests.scenarios.reading.test_source import frames
from tests.support.input_folders import GOOD, write

EXTRA = {
    "product_lanes.csv": "product,origin,destination,lead_time,order_multiple\nB,Maker,Depot,1,6\n",
    "product_locations.csv": "product,location,holding_cost,safety_stock\nA,Depot,0.5,\n",
    "capacities.csv": "location,origin,destination,date,capacity\nShop,,,2026-01-06,3\n",
    "open_orders.csv": (
        "product,origin,destination,quantity,receipt_date\nB,Depot,Shop,2,2026-01-06\n"
    ),
}
FILES = GOOD | EXTRA
SNIPPETS = [
    b"", b"\n", b"\r", b",", b";", b'"', b"'", b"=1+1", b"-1", b"nan", b"inf", b"1e999", b"\x00",
    b"\xff", b"\xef\xbb\xbf", b"2026-01-05", b"99999999", b"A", b"Shop", b"Depot", b"0", b": ",
    b"[", b"\t", b"*a", b"&a", b"!!python/object:os.system", b"1,5", b"0001-01-01", b"<<: x",
]  # fmt: skip


def is_answered(read: Any) -> bool:
    """Whether reading gives a scenario, or findings that name a file and a remedy."""
    try:
        read()
    except InputError as error:
        return bool(error.findings) and all(f.file and f.remedy for f in error.findings)
    return True


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_spoiled_files_are_answered(data: st.DataObject) -> None:
    changes: dict[str, str | bytes | None] = dict(EXTRA)
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(FILES)))
        content = FILES[name].encode()
        start = data.draw(st.integers(0, len(content)))
        stop = data.draw(st.integers(start, min(len(content), start + 12)))
        snippet = data.draw(st.one_of(st.sampled_from(SNIPPETS), st.binary(max_size=5)))
        changes[name] = content[:start] + snippet + content[stop:]
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), **changes)
        assert is_answered(lambda: Scenario.read(path))


odd_cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=4),
    st.binary(max_size=3),
    st.dates(),
    st.datetimes(),
    st.just(decimal.Decimal("1.5")),
    st.just(decimal.Decimal("NaN")),
    st.just(pd.NaT),
    st.just(pd.NA),
    st.just(pd.Timestamp("2026-01-05", tz="Europe/Berlin")),
    st.just(datetime.timedelta(1)),
    st.just([1, 2]),
    st.just({"a": 1}),
    st.just(1j),
    st.just(np.float32(1)),
)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_odd_cells_in_data_frames_are_answered(data: st.DataObject) -> None:
    tables = frames()
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(tables)))
        table = tables[name]
        column = data.draw(st.sampled_from(list(table.columns)))
        row = data.draw(st.integers(0, len(table) - 1))
        cells = table[column].astype(object).tolist()
        cells[row] = data.draw(odd_cells)
        tables[name] = table.assign(**{column: pd.Series(cells, dtype=object)})
    assert is_answered(lambda: Scenario.from_tables(tables))


@settings(deadline=None, max_examples=200)
@given(
    st.dictionaries(
        st.one_of(st.sampled_from(["period", "horizon", "start_date", "currency"]), st.text()),
        st.one_of(odd_cells, st.integers(-5, 2000)),
        max_size=3,
    )
)
def test_odd_settings_are_answered(options: dict[str, Any]) -> None:
    assert is_answered(lambda: Scenario.from_tables(frames(), options))


def test_settings_that_unfold_without_end_are_answered(tmp_path: Path) -> None:
    # Each line refers ten times to the one before: 10^30 items if they were written out.
    lines = ["a0: &a0 [x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 31)]
    path = write(tmp_path, settings__yaml="\n".join(lines))
    assert is_answered(lambda: Scenario.read(path))

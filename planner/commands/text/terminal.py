"""Text that a terminal can show: without control characters, in columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from scenarios.errors import Finding


def harmless(text: str) -> str:
    """Text without characters that steer a terminal; names come from files."""
    return "".join(
        c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf") else "?" for c in text
    )


def findings_text(findings: Iterable[Finding]) -> str:
    """All findings, errors first."""
    found = sorted(findings, key=lambda finding: finding.severity != "error")
    return "\n".join(f"{finding.severity}: {finding}" for finding in found)


MOST_ROWS = 20


def columns_text(frame: pd.DataFrame) -> Iterator[str]:
    """Left-aligned columns, two spaces apart; long tables are cut with a word."""
    shown = frame.head(MOST_ROWS)
    widths = [int(shown[name].str.len().max()) if len(shown) else 0 for name in shown]
    for row in shown.itertuples(index=False):
        yield "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
    if len(frame) > MOST_ROWS:
        yield f"  ... and {len(frame) - MOST_ROWS:,} more"

"""Results as reports for people: one self-contained HTML file each."""

from planner.reporting.make import report_html, write_report

__all__ = ["report_html", "write_report"]

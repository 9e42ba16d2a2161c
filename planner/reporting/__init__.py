"""Results as reports for people: one self-contained HTML file each."""

from planner.reporting.make import PAGE, report_html, write_report

__all__ = ["PAGE", "report_html", "write_report"]

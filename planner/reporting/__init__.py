"""Results as reports for people: one HTML file each, complete in itself.

``make`` turns a folder into its page: ``plan_page`` (with ``plan_headline``, ``plan_products`` and
``plan_arrays``), ``backtest_page``, ``study_page`` (with its ``variant_grid``) or ``bench_page``.
``frame`` is around each, ``html`` the one place that escapes, ``charts`` what charts show;
``pictures`` and ``plan_picture`` draw with matplotlib.
"""

from planner.reporting.make import report_html, write_report

__all__ = ["report_html", "write_report"]

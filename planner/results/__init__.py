"""Results as files: the folder of a plan, the workbook, and reading both back.

``plan_data`` is what of a plan is written, ``plan_folder`` writes it whole or not at all,
``workbook`` as Excel by ``sheet_rows`` and ``sheet_columns``; ``importance`` says which rows
matter where not all fit. ``result_kind`` tells what a folder holds, ``read_result`` reads it back.
"""

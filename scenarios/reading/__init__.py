"""From files to raw tables and findings; nothing is interpreted yet.

``source`` opens a folder, a workbook or data frames, with ``csv_file``, ``excel_file`` and
``settings_file``; ``nixtla`` knows histories in that form. A ``raw_table`` is what they give,
``columns`` types its cells, ``findings`` collects what is wrong, and ``spreadsheet_text`` takes
the harm out of text that a spreadsheet would run.
"""

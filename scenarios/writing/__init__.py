"""From a scenario to tables and files, whole or not at all.

``to_tables`` makes the tables that give the scenario back, ``files`` writes tables as CSV, Parquet
or Excel, ``atomic`` leaves a file or folder whole or as it was before.
"""

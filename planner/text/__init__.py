"""Words and numbers for people.

``numbers`` is the one place that writes them, ``names`` does names and dates, ``measures`` key
figures, ``chain`` a chain, ``method`` how orders were found; ``palette`` has the colours.
"""

"""Past sales as series: seasons, windows, features.

``series`` is sales as models read them, ``season`` what a week of the year and a weekday are
worth, ``windows`` means over the past, ``features`` what a model over all series sees.
"""

"""Models that forecast: averages, boosted trees, classical ones.

``registry`` has them by name; ``averages`` are cheap and hard to beat, ``boosting`` learns over
all series at once, ``classical`` are models of one series, from statsforecast.
"""

"""``python -m benchmarks.forecasts``: accuracy on weeks never seen."""

from benchmarks.forecasts.accuracy import main

main()

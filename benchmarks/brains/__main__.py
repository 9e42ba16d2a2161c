"""``python -m benchmarks.brains``: the reference grid."""

from benchmarks.brains.grid import main

main()

"""What draws, lists and checks the house for its documents and tests; on grimp alone."""

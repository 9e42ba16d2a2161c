"""The page Simulate: a run day by day, by a policy or by hand."""

"""What brains cost, how near they come to optima, and how fast they learn and answer."""

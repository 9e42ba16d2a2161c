"""Training as a job: request, runs side by side, curves, scores, export."""

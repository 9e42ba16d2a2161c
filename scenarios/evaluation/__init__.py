"""What a run is worth: key figures, and the audit from the raw data."""

"""What people set by hand: read, checked, applied."""

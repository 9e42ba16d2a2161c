"""The app as a whole: its pages on one address, and what it refuses before they see it."""

"""Textbook safety stocks, the user's own, and what empty shelves change."""

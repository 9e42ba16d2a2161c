"""From raw tables to checked arrays, all errors at once."""

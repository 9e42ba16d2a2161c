"""From files to raw tables and findings."""

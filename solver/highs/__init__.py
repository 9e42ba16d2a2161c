"""HiGHS: sessions that stay warm, and bases to start from."""

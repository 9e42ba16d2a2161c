"""Backtests, studies and leaderboards: runs on sampled or past demand."""

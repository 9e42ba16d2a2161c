"""Backtests, studies and leaderboards: runs on sampled or past demand.

``backtest`` plans anew at every review and lets demand come true, ``history_backtest`` does so on
past sales; ``study`` compares variants and policies, asked for by a ``study_file``
(``yaml_file``); ``bench`` runs the named problems, and ``contenders`` says who
competes on each. ``runs`` keeps runs one by one,
``resume_journal`` takes up a long one again, ``policy_identity`` tells whether it is of the same
policy. ``simulation`` runs closed-form orders, ``statistics`` sums up paths with their
uncertainty, ``limits`` refuses what would never end.
"""

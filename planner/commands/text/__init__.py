"""What commands print: text for people, no logic.

``summaries`` says what came of a command, ``bench`` is the leaderboard, ``brains`` shows brains,
``schema`` the input tables; ``terminal`` keeps control characters out.
"""

"""What people set by hand: read, checked, applied.

``override`` is one of them, ``table`` all of a plan, read by ``read`` and found wrong by
``check``; ``places`` says where each points to, ``apply`` makes arrays of them, ``words`` tells
what they change.
"""

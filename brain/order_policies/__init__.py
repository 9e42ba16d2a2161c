"""Networks that learn orders, not safety stocks.

``order_up_to`` is a rule with learnt levels, and ``differentiable`` learns them through the
simulator; ``ppo`` learns orders end to end in the ``order_env``.
"""

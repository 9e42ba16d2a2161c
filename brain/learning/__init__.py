"""Algorithms that train: HDPO and PPO, through RLlib.

``hdpo`` differentiates the cost of a ``rollout`` in the weights of the ``network``; ``rllib_hdpo``
makes an algorithm of RLlib of it. ``ppo`` trains the same network by ``ppo_settings`` in the
``rllib_env``. ``options`` says how a training goes, ``validation`` how good it
is, and ``checkpoint`` leaves it so that it can go on.
"""

"""Policies that learn: networks and tables.

``differentiable`` learns levels through the simulator, ``ppo`` orders by RLlib, ``q_learning`` a
table for each point.
"""

"""Algorithms that train: HDPO and PPO, through RLlib."""

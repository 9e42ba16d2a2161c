"""What brains learn in: chains, episodes, observations, Gymnasium environments."""

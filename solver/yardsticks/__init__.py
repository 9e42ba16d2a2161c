"""What orders could cost at best: with hindsight, or over many paths.

``hindsight_lp`` is the least cost of known demand, exactly; ``two_stage_lp`` orders for many
sampled paths, which ``scenario_copies`` puts into one scenario.
"""

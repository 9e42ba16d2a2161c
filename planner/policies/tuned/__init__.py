"""Policies whose parameters are searched by simulation.

``search`` finds what costs least; ``base_stock`` are order-up-to rules, capped ones and (s, S),
``end_phase`` is (s, S) with an end in sight, ``bandit`` shifts units between dates.
"""

"""Flat arrays: their types, sums by segment, groups of routes, and maps over threads.

``types`` names the arrays; ``segments`` reads and sums along index arrays (points to routes,
lanes, locations); ``grouping`` sorts things by the group that each belongs to; ``masks`` picks
some of the routes; ``threads`` spreads array work over cores; ``frozen`` makes arrays read-only.
"""

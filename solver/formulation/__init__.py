"""The linear program and its parts: one statement in Pyomo, one in arrays."""

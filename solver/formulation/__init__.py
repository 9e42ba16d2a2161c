"""The linear program and its parts: one statement in Pyomo, one in arrays.

``model_data`` is all that the model needs, before any modelling language; ``review_periods``,
``shortfall_tiers`` and ``shared_limits`` price its parts. ``pyomo_model`` states it, one
function a family of constraints (``pyomo_import`` loads Pyomo lightly). ``stencil`` compiles the
model of one point, ``assemble`` copies it for all by arrays into a ``linear_program``, and
``evaluate`` says what orders cost in it without a solver. A test holds both statements to the same
optimum.
"""

"""The one timeline: state, step, costs and runs of it."""

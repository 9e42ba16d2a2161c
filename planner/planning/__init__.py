"""From a scenario to a plan: phases, projection, reasons, problems, tables."""

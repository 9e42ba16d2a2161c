"""From a scenario to tables and files, whole or not at all."""

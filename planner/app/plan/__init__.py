"""The parts of the page Plan: tasks of its process, what a session remembers, and what is drawn."""

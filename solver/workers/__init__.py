"""Where blocks and runs are worked on: threads, processes, Ray."""

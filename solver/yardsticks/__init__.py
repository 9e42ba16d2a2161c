"""What orders could cost at best: with hindsight, or over many paths."""

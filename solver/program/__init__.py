"""One program from preparing to whole lots and orders."""

"""``python -m planner`` is the command ``planner``."""

from planner.commands.cli import main

if __name__ == "__main__":
    main()

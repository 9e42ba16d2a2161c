"""The planner as an app in the browser; see docs/app.md. Needs the extra ``app``."""

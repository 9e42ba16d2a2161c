"""The page Train: start, watch, stop and resume trainings.

``page`` has a ``view`` of each training with its ``charts``; ``runs`` are trainings in the folder
of the app.
"""

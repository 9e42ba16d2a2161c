"""The page Study: compare policies on variants of an input, or on a problem of the catalogue.

``page`` has a ``form`` for a new study and a ``view`` of each; ``runs`` are studies in the folder
of the app, ``tables`` what they found as rows and charts.
"""

"""Trained brains: features, runtime, where each applies, files.

``registry`` finds the shipped ones and the user's own, ``library`` lists what can be named.
``runtime`` asks a brain file, ``features`` is what it sees, ``point_facts`` what that is made from.
``applicability`` says which one serves which point, ``manifest`` what it says about itself;
``weights`` are its numbers.
"""

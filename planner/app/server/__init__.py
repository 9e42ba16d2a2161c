"""The app as a whole: its pages on one address, and what it refuses before they see it.

``serve`` starts it, ``guard`` turns away other sites' pages, other hosts and large uploads.
"""

"""Policies whose parameters are searched by simulation."""

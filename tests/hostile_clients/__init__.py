"""Clients who are slow, hostile, or not who they say."""

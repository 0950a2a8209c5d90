"""Tutti as a listener uses it: through the public door, on the real fleet."""

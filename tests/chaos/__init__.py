"""Tutti while its processes are killed."""

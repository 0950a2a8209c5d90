"""Tutti as players by others see it."""

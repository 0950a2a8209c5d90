"""Composition, and what an engine has to play. Pure: the same words give the same music."""

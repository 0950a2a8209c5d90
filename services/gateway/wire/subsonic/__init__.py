"""Answers to music apps: trees of words and numbers, written as XML or JSON."""

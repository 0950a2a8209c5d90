"""Imports of listening history: files and APIs they are read from, and how they become plays."""

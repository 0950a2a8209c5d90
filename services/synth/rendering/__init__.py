"""Rendering against the clock: one thread for an engine, a tenth of a second at a time."""

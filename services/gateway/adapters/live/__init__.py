"""Live streams in this process: heard once, encoded once, written to all who listen."""

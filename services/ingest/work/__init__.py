"""What workers do: one step at a time, each claimed, done and settled."""

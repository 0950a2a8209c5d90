"""What the gateway adds to an answer."""

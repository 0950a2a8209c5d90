"""What a listener feels, measured on the whole fleet."""

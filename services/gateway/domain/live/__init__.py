"""Live sound on its way to many: what is written to a connection, and what passes at all."""

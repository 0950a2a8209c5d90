"""JSON as clients have it, read from and turned into the contracts of the services behind."""

"""What ingest knows about recordings, their encodings, tags and likeness; no I/O."""

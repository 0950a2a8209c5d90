"""Everything ingest reaches outside of itself."""

"""Ingest over gRPC: each call is read, asked and written."""

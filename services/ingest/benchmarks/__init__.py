"""Speeds and accuracies we promise, measured: ``python -m services.ingest.benchmarks.<name>``."""

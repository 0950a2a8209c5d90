"""The catalog over gRPC: decode, ask, encode."""

"""Proofs of who is asking, links that carry their own, and which bytes were asked for."""

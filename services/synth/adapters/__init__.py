"""Everything the synth reaches outside of itself."""

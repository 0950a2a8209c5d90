"""What the synth sounds like in figures, and how fast it is where a speed is promised."""

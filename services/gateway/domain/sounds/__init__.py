"""In which form a recording is sent: as it came, as it was made before, or as it is asked for."""

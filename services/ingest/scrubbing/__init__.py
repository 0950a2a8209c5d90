"""The scrubber: reads every object now and then, and has mended what is not as it must be."""

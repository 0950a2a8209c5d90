"""What numba compiles: one call plays a span on one deck, and allocates nothing.

Signals are float32, and so is every constant they meet: a Python float would make them
float64. Functions are given records and arrays, and change them in place. What a loop over samples
needs of a record is read before it: the compiler cannot know that the loop does not change it.
For the same reason arrays are cut before, rather than indexed with an offset.
"""

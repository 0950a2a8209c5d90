"""The life of streams: who plays which, what is kept of each, and how it goes from hand to hand."""

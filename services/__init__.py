"""The services of Tutti, each a process of its own."""

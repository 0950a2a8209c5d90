"""Tools a person runs: the servers, the fleet, and what looks after the repository."""

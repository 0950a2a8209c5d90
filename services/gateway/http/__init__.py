"""The gateway over HTTP: a module for each subject, and what all routes have in common."""

"""The command line of Tutti: sign in, bring music, see what became of it, look after the server."""

"""Listening history from elsewhere: how services write it down, and what of it counts here."""

"""The web app in a real browser, used as people use it."""

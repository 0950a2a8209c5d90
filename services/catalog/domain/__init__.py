"""The catalog without its storage: values, and the rules they obey."""

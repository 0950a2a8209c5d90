"""Sound made in the form that somebody asks for, while they listen to it."""

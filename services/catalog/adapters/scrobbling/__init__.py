"""Services that keep listening: how each is spoken to, and who sends what when."""

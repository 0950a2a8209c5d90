"""What music apps ask for, of Tutti and of Supysonic."""

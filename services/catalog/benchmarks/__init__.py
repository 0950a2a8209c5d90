"""How fast the catalog is where a speed is promised."""

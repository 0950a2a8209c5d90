"""The values of the domain as the contracts have them."""

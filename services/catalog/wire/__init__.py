"""What the catalog knows, as the contract has it, and back."""

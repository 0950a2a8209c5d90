"""What the gateway leans on: the services behind it, and Redis for what may be lost."""

"""What services need to work on recorded sound."""

"""What services share: the platform they stand on, and musical code two of them need."""

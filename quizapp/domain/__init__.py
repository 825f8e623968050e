"""What the product decides, without I/O, clock, randomness or settings."""

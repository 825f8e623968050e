"""Forms: the shape of input, not its meaning."""

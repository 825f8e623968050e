"""Ports to the outside world and file formats. No file here imports another."""

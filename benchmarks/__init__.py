"""Measurements of the served product, on this machine only. They print; they never judge a time."""

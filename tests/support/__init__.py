"""Helpers of the tests: databases, a browser, a small world."""

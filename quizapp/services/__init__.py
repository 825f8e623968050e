"""What the product does: one verb = one function = one transaction = one audit line."""

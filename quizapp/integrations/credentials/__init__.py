"""Records as verifiable credentials: Open Badges 3.0, CLR 2.0, their proofs, status lists and issuer."""

"""What the product remembers. The only place that knows SQLAlchemy; it never commits."""

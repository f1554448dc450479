"""What talks to the database."""

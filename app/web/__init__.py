"""What talks to the browser."""

"""The communities that are measured, and the requests that are sent to them."""

"""Reactions: likes and bookmarks."""

"""Journeys through the site in a real Chromium, with JavaScript and without."""

"""How fast the application is: ``make bench`` and ``make lighthouse``."""

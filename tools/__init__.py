"""Programs that make files of this repository; each has a target in the Makefile."""

"""How fast the site is: ``make bench``. Made communities, the server, the load, one table."""

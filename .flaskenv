# Read by the flask command alone, never by the server: see README, "Work on it".
FLASK_APP=microblog.py
FLASK_DEBUG=1
# The port of the links in mails.
FLASK_RUN_PORT=8000

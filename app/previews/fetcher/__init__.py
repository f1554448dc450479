"""A program of its own that reads one page of another site, and its picture.

It runs in a child process with limits (:mod:`app.previews.fetching`), since it talks to servers of
anybody and parses what they send. It imports nothing of the application. It does not ask for
robots.txt, which is for programs that follow links by themselves (RFC 9309): here a person pointed
to one page.
"""

# The files that the program writes. One that is not finished has another name.
RESULT, PICTURE = "result.json", "picture"

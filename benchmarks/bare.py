"""The bare view, to which every page is compared: answers with bytes from memory."""

import os
import pickle
from pathlib import Path

from flask import Flask, Response

app = Flask(__name__)
pages = pickle.loads(Path(os.environ["BARE_PAGES"]).read_bytes())


@app.get("/<name>")
def page(name: str) -> Response:
    """Return the answer of that name."""
    body, headers = pages[name]
    return Response(body, headers=headers)

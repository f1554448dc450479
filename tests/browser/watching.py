"""What must not happen while somebody uses a page: errors, violations, words to strangers."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request, WebError

TELL_OF_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`));
"""


IDS_GIVEN_TWICE = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return ids.filter((id, at) => ids.indexOf(id) < at);
}"""


class Watch:
    """Notes the troubles of all pages of some browser contexts."""

    def __init__(self, own_url: str) -> None:
        self.own = urlsplit(own_url).netloc
        self.noted: list[str] = []
        self.allowed: list[str] = []

    def over(self, context: BrowserContext) -> None:
        """Watch the pages of ``context``."""
        context.add_init_script(TELL_OF_VIOLATIONS)
        context.on("console", self._heard)
        context.on("weberror", self._failed)
        context.on("request", self._asked)

    def looks_over(self, context: BrowserContext) -> None:
        """Look at the pages of ``context`` as they are in the end: no id is there twice."""
        for page in context.pages:
            self.noted += [f"id twice: {id} ({page.url})" for id in _ids_given_twice(page)]

    def allow(self, *texts: str | int) -> None:
        """Expect errors that hold one of ``texts``, or an answer with one of these statuses."""
        self.allowed += [f"status of {t}" if isinstance(t, int) else t for t in texts]

    @property
    def troubles(self) -> list[str]:
        """What was noted and not allowed."""
        return [note for note in self.noted if not any(text in note for text in self.allowed)]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.noted.append(f"console: {message.text} ({message.page.url})")

    def _failed(self, error: WebError) -> None:
        self.noted.append(f"script: {error.error}")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != self.own:
            self.noted.append(f"another host: {request.url}")


def _ids_given_twice(page: Page) -> list[str]:
    try:
        return page.evaluate(IDS_GIVEN_TWICE)
    except Error as error:
        # The last click of a test may still lead to another page: that is the one in the end.
        if "navigation" not in error.message:
            raise
    page.wait_for_load_state()
    return page.evaluate(IDS_GIVEN_TWICE)

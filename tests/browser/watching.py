"""Notes page errors, policy violations and requests to other hosts during a browser test."""

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request, WebError

LOG_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`));
"""


DUPLICATE_IDS = """() => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return ids.filter((id, at) => ids.indexOf(id) < at);
}"""


class Watch:
    """Notes the problems of all pages of some browser contexts."""

    def __init__(self, own_url: str) -> None:
        self.own = urlsplit(own_url).netloc
        self.noted: list[str] = []
        # Most tests do without the service worker.
        self.allowed = ["Service Worker registration blocked by Playwright"]

    def attach(self, context: BrowserContext) -> None:
        """Watch the pages of ``context``."""
        context.add_init_script(LOG_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)

    def check_ids(self, context: BrowserContext) -> None:
        """Note each id that a page of ``context`` has twice when the test ends."""
        for page in context.pages:
            self.noted += [f"id twice: {id} ({page.url})" for id in _duplicate_ids(page)]

    def allow(self, *texts: str | int) -> None:
        """Expect errors that hold one of ``texts``, or an answer with one of these statuses."""
        self.allowed += [f"status of {t}" if isinstance(t, int) else t for t in texts]

    @property
    def troubles(self) -> list[str]:
        """The notes that are not allowed."""
        return [note for note in self.noted if not any(text in note for text in self.allowed)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.noted.append(f"console: {message.text} ({message.page.url})")

    def _on_error(self, error: WebError) -> None:
        self.noted.append(f"script: {error.error}")

    def _on_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.netloc != self.own:
            self.noted.append(f"another host: {request.url}")


def _duplicate_ids(page: Page) -> list[str]:
    try:
        return page.evaluate(DUPLICATE_IDS)
    except Error as error:
        # The last click of a test may still load another page; that page is checked instead.
        if "navigation" not in error.message:
            raise
    page.wait_for_load_state()
    return page.evaluate(DUPLICATE_IDS)

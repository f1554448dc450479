"""The command behind ``make screenshots``: the pictures of README and docs, of the demo."""

from base64 import b64encode

from playwright.sync_api import Browser, sync_playwright

from config import ROOT
from tests.browser import chromium

from .demo import Demo, serving_demo

DESK, PHONE = (1280, 800), (390, 844)
DOCS = ROOT / "docs"
# README's picture: a desk, and a phone before it.
MONTAGE_SIZE = 1180, 720
MONTAGE = """
<style>
  body {{ margin: 0; padding: 40px 60px; background: #e4dfd3; overflow: hidden }}
  img {{ display: block; border-radius: 16px; box-shadow: 0 16px 48px #1c232640 }}
  .desk {{ width: 1040px }}
  .phone {{ position: fixed; right: 48px; bottom: -16px; height: 620px; border-radius: 28px;
    border: 6px solid #12171a }}
</style>
<img class="desk" src="data:image/png;base64,{desk}">
<img class="phone" src="data:image/png;base64,{phone}">
"""


def main() -> None:
    """Take every picture anew."""
    with serving_demo() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.ensure())
        desk = take(browser, demo, "/", DESK)
        phone = take(browser, demo, "/", PHONE, color_scheme="dark")
        page = browser.new_page(viewport=_viewport(MONTAGE_SIZE))
        page.set_content(
            MONTAGE.format(desk=b64encode(desk).decode(), phone=b64encode(phone).decode())
        )
        page.screenshot(path=DOCS / "microblog.png")
        for name, path in moderation_pages(browser, demo).items():
            (DOCS / f"{name}.png").write_bytes(take(browser, demo, path, DESK))
        browser.close()


def moderation_pages(browser: Browser, demo: Demo) -> dict[str, str]:
    """Return the paths of the pages that docs/moderation.md shows, by the names of their files."""
    page = browser.new_page(extra_http_headers={"Cookie": demo.cookie})
    page.goto(f"{demo.url}/desk?by=reports")
    case = page.locator(".desk-case h2 a").first.get_attribute("href")
    page.close()
    return {"desk": "/desk", "case": str(case), "settings": "/settings/site"}


def take(
    browser: Browser, demo: Demo, path: str, size: tuple[int, int], *, color_scheme: str = "light"
) -> bytes:
    """Return the page at ``path`` as ada sees it, as a PNG of ``size`` pixels."""
    context = browser.new_context(
        viewport=_viewport(size),
        color_scheme=color_scheme,
        locale="en",
        extra_http_headers={"Cookie": demo.cookie},
    )
    page = context.new_page()
    page.goto(demo.url + path)
    page.wait_for_load_state("networkidle")
    picture = page.screenshot(animations="disabled")
    context.close()
    return picture


def _viewport(size: tuple[int, int]) -> dict[str, int]:
    return dict(zip(("width", "height"), size, strict=True))


if __name__ == "__main__":
    main()

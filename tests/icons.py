"""Draw the driver's app icons anew from its SVG: `make icons`."""

import re

from playwright.sync_api import sync_playwright

from dispatch.driver.shell import FOLDER
from tests.chromium import FLAGS, find_chromium

SAFE_PART = 0.8  # phones cut maskable icons to a circle of this diameter
GREEN = "#0b5d38"
SIZES = {"icon-192.png": 192, "icon-512.png": 512, "icon-maskable-512.png": 512}


def main() -> None:
    """Draw each icon in Chromium; a maskable one fills its square and keeps its signs inside."""
    drawing = (FOLDER / "icon.svg").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for name, size in SIZES.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            is_maskable = "maskable" in name
            part = round(size * SAFE_PART) if is_maskable else size
            sized = re.sub("<svg ", f'<svg width="{part}" height="{part}" ', drawing, count=1)
            ground = GREEN if is_maskable else "transparent"
            page.set_content(
                f"<body style='margin:0;display:grid;place-items:center;height:{size}px;"
                f"background:{ground}'>{sized}"
            )
            page.screenshot(path=FOLDER / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()

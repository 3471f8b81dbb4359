/**
 * Opens pages in a browser, and checks that they request nothing from other
 * servers and log no errors.
 *
 * @module
 */

import assert from "node:assert/strict";
import { servePage } from "../../../../../scripts/views/pages/browser/serve_page.ts";
import type { EmbeddedPage } from "../../../../../scripts/views/pages/embedded_page.ts";
import type { Browser, Page } from "../../../../fixtures/chromium.ts";

/**
 * Serves a page, opens it, and closes both after a test.
 *
 * @param browser The browser.
 * @param embedded The page.
 * @param test Test of the open page.
 */
export async function withPage(
  browser: Browser,
  embedded: EmbeddedPage,
  test: (page: Page) => Promise<void>,
): Promise<void> {
  const server = await servePage(embedded, 0);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(blob|data):/.test(url) && url !== server.url) {
      complaints.push(url);
    }
  });
  try {
    await page.goto(server.url);
    await test(page);
    assert.deepEqual(complaints, []);
  } finally {
    await page.close();
    await server.shutdown();
  }
}

/**
 * Debian's Chromium for tests of pages.
 *
 * Where there is none the tests that need it are ignored, with a line that
 * says so; where `SLAYER_REQUIRE_GPU` is 1 that fails the run.
 *
 * @module
 */

import { basename } from "node:path";
import {
  type Browser,
  chromium,
  type Locator,
  type Page,
} from "npm:playwright-core@1.64.1";

export type { Browser, Locator, Page };

const PATH = "/usr/bin/chromium";

/** Keeps Chromium off the network, and gives it a WebGPU adapter. */
const ARGUMENTS = [
  "--no-sandbox",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];

const there = find();

function find(): boolean {
  try {
    return Deno.statSync(PATH).isFile;
  } catch (cause) {
    if (Deno.env.get("SLAYER_REQUIRE_GPU") === "1") {
      throw new Error(`Cannot test pages: there is no ${PATH}`, { cause });
    }
    console.warn(
      `Not tested, ${basename(Deno.mainModule)} in a browser: no ${PATH}`,
    );
    return false;
  }
}

/**
 * Registers a test that needs a browser.
 *
 * @param name The claim that the test proves, a sentence.
 * @param test The test, given a browser that is closed after it.
 */
export function browserTest(
  name: string,
  test: (browser: Browser) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore: !there,
    // Its process and pipes outlive a closed browser by a moment.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const browser = await chromium.launch({
        executablePath: PATH,
        args: ARGUMENTS,
      });
      try {
        await test(browser);
      } finally {
        await browser.close();
      }
    },
  });
}

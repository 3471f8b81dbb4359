/**
 * Serves the browser page to browsers on this machine.
 *
 * @module
 */

import type { EmbeddedPage } from "../embedded_page.ts";
import { type LocalServer, serveHere } from "../local_server.ts";

/**
 * Serves a page at `/`.
 *
 * @param page The page.
 * @param port The port; 0 for any free one.
 * @returns The server.
 * @throws {Error} If the port is taken.
 */
export async function servePage(
  { html, policy }: EmbeddedPage,
  port: number,
): Promise<LocalServer> {
  return await serveHere(({ url }) => {
    const { pathname } = new URL(url);
    return pathname === "/"
      ? new Response(html, {
        headers: { "content-type": "text/html; charset=utf-8" },
      })
      : new Response(`Cannot find "${pathname}"`, { status: 404 });
  }, { port, policy });
}

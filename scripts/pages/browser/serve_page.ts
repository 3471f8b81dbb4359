/**
 * The page, for the browsers of this machine.
 *
 * @module
 */

import { serveHere } from "../local_server.ts";

/**
 * Serves a page at `/`, and nothing else.
 *
 * @param page The page, HTML.
 * @param port The port; 0 takes any that is free.
 * @returns The server.
 * @throws {Error} If the port is taken.
 */
export function servePage(
  page: string,
  port: number,
): Deno.HttpServer<Deno.NetAddr> {
  return serveHere(port, ({ url }) => {
    const { pathname } = new URL(url);
    return pathname === "/"
      ? new Response(page, {
        headers: { "content-type": "text/html; charset=utf-8" },
      })
      : new Response(`Cannot find "${pathname}"`, { status: 404 });
  });
}

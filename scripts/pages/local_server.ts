/**
 * A server for the browsers of this machine alone.
 *
 * @module
 */

/** The only address that is listened on. */
const HOSTNAME = "127.0.0.1";

/** Names of this machine by which it answers; others may lead here from afar. */
const HOSTS = [HOSTNAME, "localhost"];

/** What every answer carries: nothing is kept, guessed at or told elsewhere. */
const HEADERS = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Serves this machine. Requests by another name are refused, so that no other
 * site can have its own name lead here.
 *
 * @param port The port; 0 takes any that is free.
 * @param answer Answers a request.
 * @returns The server.
 * @throws {Error} If the port is taken.
 */
export function serveHere(
  port: number,
  answer: (request: Request) => Response | Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  const options = { hostname: HOSTNAME, port, onListen() {} };
  try {
    return Deno.serve(options, async (request) => {
      const host = request.headers.get("host") ?? "";
      const response = HOSTS.includes(host.replace(/:\d+$/, ""))
        ? await answer(request)
        : new Response(`Cannot answer as "${host}"`, { status: 403 });
      for (const [name, value] of Object.entries(HEADERS)) {
        response.headers.set(name, value);
      }
      return response;
    });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AddrInUse)) throw cause;
    throw new Error(
      `Cannot serve a page at port "${port}": it is taken, --port N takes ` +
        "another",
      { cause },
    );
  }
}

/**
 * Where a server is.
 *
 * @param server What {@linkcode serveHere} gave.
 * @returns Its address, for a browser.
 */
export function addressOf(server: Deno.HttpServer<Deno.NetAddr>): string {
  return `http://${server.addr.hostname}:${server.addr.port}/`;
}

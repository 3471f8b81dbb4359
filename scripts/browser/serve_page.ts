/**
 * One page, for the browsers of this computer.
 *
 * @module
 */

/** A page that is being served. */
export interface PageServer {
  /** Where it is. */
  readonly url: string;
  /** Resolves when it has been shut down. */
  readonly finished: Promise<void>;
  /** Ends it. */
  shutdown(): Promise<void>;
}

/**
 * Serves a page on 127.0.0.1. Requests by another name are refused, so that no
 * other site can have its own name lead here.
 *
 * @param page The page, HTML.
 * @param port The port; 0 takes any that is free.
 * @returns The server.
 * @throws {Error} If the port is in use.
 */
export function servePage(page: string, port: number): PageServer {
  const hostname = "127.0.0.1";
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({ hostname, port, onListen() {} }, (request) => {
      const asked = new URL(request.url);
      if (asked.hostname !== hostname && asked.hostname !== "localhost") {
        return new Response("Not the name of this server\n", { status: 403 });
      }
      if (asked.pathname !== "/") {
        return new Response("There is only one page, /\n", { status: 404 });
      }
      return new Response(page, {
        headers: {
          "content-type": "text/html; charset=utf-8",
          "cache-control": "no-store",
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff",
        },
      });
    });
  } catch (cause) {
    const problem = cause instanceof Deno.errors.AddrInUse
      ? "it is in use, --port takes another"
      : (cause as Error).message;
    throw new Error(`Cannot serve on port ${port}: ${problem}`, { cause });
  }
  return {
    url: `http://${hostname}:${server.addr.port}/`,
    finished: server.finished,
    shutdown: () => server.shutdown(),
  };
}

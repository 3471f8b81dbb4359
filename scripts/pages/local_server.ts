/**
 * A server for the browsers of this machine alone.
 *
 * @module
 */

import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A server that listens. */
export interface LocalServer {
  /** Its address, for a browser. */
  readonly url: string;
  /** Settles once it has ended. */
  readonly finished: Promise<void>;
  /** Closes every connection, and ends it. */
  shutdown(): Promise<void>;
}

/** The only address that is listened on. */
const HOSTNAME = "127.0.0.1";

/** Names of this machine by which it answers; others may lead here from afar. */
const HOSTS = [HOSTNAME, "localhost"];

/** Methods of requests that are answered. */
const METHODS = ["GET", "HEAD"];

/** What every answer carries: nothing is kept, guessed at or told elsewhere. */
const HEADERS = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Times after which a connection is closed that sends no whole request. */
const TIMEOUTS = {
  headersTimeout: 5000,
  requestTimeout: 5000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
};

/**
 * Serves this machine. Requests by another name are refused, so that no other
 * site can have its own name lead here; so are those that are to change
 * anything, and those that take too long to come.
 *
 * @param answer Answers a request.
 * @param options The port, 0 takes any that is free; and what pages may do, as
 * a Content-Security-Policy.
 * @returns The server.
 * @throws {Error} If the port is taken.
 */
export async function serveHere(
  answer: (request: Request) => Response | Promise<Response>,
  { port, policy }: { readonly port: number; readonly policy: string },
): Promise<LocalServer> {
  const headers = {
    ...HEADERS,
    "content-security-policy": `${policy}; frame-ancestors 'none'`,
  };
  const server = createServer(TIMEOUTS, async (incoming, outgoing) => {
    const response = refusalOf(incoming) ??
      await Promise.try(answer, requestOf(incoming)).catch((error) =>
        new Response(error.message, { status: 500 })
      );
    for (const [name, value] of Object.entries(headers)) {
      outgoing.setHeader(name, value);
    }
    await send(response, outgoing, incoming.method!);
  });
  const finished = new Promise<void>((resolve) => server.on("close", resolve));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOSTNAME, resolve);
  }).catch((cause) => {
    if (cause.code !== "EADDRINUSE") throw cause;
    throw new Error(
      `Cannot serve a page at port "${port}": it is taken, --port N takes ` +
        "another",
      { cause },
    );
  });
  const address = server.address() as { readonly port: number };
  return {
    url: `http://${HOSTNAME}:${address.port}/`,
    finished,
    async shutdown() {
      server.close();
      server.closeAllConnections();
      await finished;
    },
  };
}

/** Refuses what comes by another name or means to change anything. */
function refusalOf({ headers, method }: IncomingMessage): Response | undefined {
  const { host = "" } = headers;
  if (!HOSTS.includes(host.replace(/:\d+$/, ""))) {
    return new Response(`Cannot answer as "${host}"`, { status: 403 });
  }
  if (METHODS.includes(method!)) return undefined;
  return new Response(`Cannot answer a ${method}`, {
    status: 405,
    headers: { allow: METHODS.join(", "), connection: "close" },
  });
}

/** Words a request of Node as the web does; it has no body. */
function requestOf({ url = "/", headers, method }: IncomingMessage): Request {
  const site = headers["sec-fetch-site"];
  return new Request(new URL(url.replace(/^\/*/, "/"), `http://${HOSTNAME}`), {
    method,
    headers: site === undefined ? {} : { "sec-fetch-site": String(site) },
  });
}

/** Sends a response of the web through Node, until its reader goes away. */
async function send(
  { status, headers, body }: Response,
  outgoing: ServerResponse,
  method: string,
): Promise<void> {
  outgoing.writeHead(status, Object.fromEntries(headers));
  if (body === null || method === "HEAD") {
    await body?.cancel();
    outgoing.end();
    return;
  }
  await pipeline(Readable.fromWeb(body as never), outgoing).catch(() => {});
}

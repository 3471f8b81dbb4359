/**
 * A web server that only browsers on this machine can use.
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

/** A running server. */
export interface LocalServer {
  /** Its address, to be opened in a browser. */
  readonly url: string;
  /** Resolves once the server has ended. */
  readonly finished: Promise<void>;
  /** Closes every connection and ends the server. */
  shutdown(): Promise<void>;
}

/** The only address that the server listens on. */
const HOSTNAME = "127.0.0.1";

/** Host names that are answered; any other may be a DNS rebinding attack. */
const HOSTS = [HOSTNAME, "localhost"];

/** Request methods that are answered. */
const METHODS = ["GET", "HEAD"];

/** Headers of every response: no caching, no MIME sniffing, no referrer. */
const HEADERS = {
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Times in ms after which a connection without a complete request is closed.
 */
const TIMEOUTS = {
  headersTimeout: 5000,
  requestTimeout: 5000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
};

/**
 * Starts a server for this machine. It refuses other host names (DNS
 * rebinding), methods other than GET and HEAD, and requests that arrive too
 * slowly.
 *
 * @param answer Makes the response to a request.
 * @param options The port (0 for any free one), and the Content-Security-Policy
 * of all pages.
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
      `Cannot serve a page at port "${port}": it is in use; choose ` +
        "another with --port N",
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

/**
 * Refuses other host names and methods; `undefined` if the request is allowed.
 */
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

/** Converts a request of Node to a web request without a body. */
function requestOf({ url = "/", headers, method }: IncomingMessage): Request {
  const site = headers["sec-fetch-site"];
  return new Request(new URL(url.replace(/^\/*/, "/"), `http://${HOSTNAME}`), {
    method,
    headers: site === undefined ? {} : { "sec-fetch-site": String(site) },
  });
}

/** Sends a web response through Node, until the client disconnects. */
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

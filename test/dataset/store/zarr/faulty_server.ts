/** A web server for a folder, which fails as it is told. */

import { createServer } from "node:http";
import { join } from "node:path";

/** How the server fails; undefined: not at all. */
export type Fault =
  | "drop" // the connection closes after half of the bytes
  | "wrong" // a bit of the body is another
  | "page" // a page in HTML, with status 200
  | "slow" // the body comes in ten pieces
  | "never" // no answer
  | number // a status, such as 500
  | undefined;

/** A request as the server saw it. */
export interface Seen {
  /** Path below the folder. */
  readonly path: string;
  /** The header `Range`. */
  readonly range: string | undefined;
}

/** A running server. */
export interface FaultyServer extends AsyncDisposable {
  /** Its address, without a slash at the end. */
  readonly url: string;
  /** Host and port. */
  readonly host: string;
  /** All requests so far. */
  readonly seen: Seen[];
}

/**
 * Serves a folder.
 *
 * @param folder The folder.
 * @param faultOf Chooses the fault of a request by its path and by how many
 *   there were for the same path before.
 * @param options Whether it answers ranges, with a tag for each file.
 * @returns The server.
 */
export async function serveFaulty(
  folder: string,
  faultOf: (path: string, before: number) => Fault = () => undefined,
  { ranges = false }: { readonly ranges?: boolean } = {},
): Promise<FaultyServer> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const path = decodeURI(request.url!.slice(1));
    const before = seen.filter((other) => other.path === path).length;
    const { range } = request.headers;
    seen.push({ path, range });
    const fault = faultOf(path, before);
    if (fault === "never") return;
    if (typeof fault === "number") {
      // Says at once that it is busy only for a moment.
      response.writeHead(fault, { "Retry-After": "0" }).end("no");
      return;
    }
    if (fault === "page") {
      response.end("<!DOCTYPE html><title>Welcome</title>");
      return;
    }
    const file = await Deno.readFile(join(folder, path)).catch(() => undefined);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const from = ranges ? Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1]) : 0;
    const body = file.slice(from || 0);
    if (fault === "wrong") body[body.length >> 1] ^= 4;
    response.writeHead(from > 0 ? 206 : 200, {
      "Content-Length": body.length,
      ...(ranges && { "ETag": `"${file.length}"` }),
      ...(from > 0 && {
        "Content-Range": `bytes ${from}-${file.length - 1}/${file.length}`,
      }),
    });
    if (fault === "drop") {
      response.write(body.subarray(0, body.length >> 1));
      // Time for the first half to be sent.
      setTimeout(() => response.destroy(), 20);
      return;
    }
    if (fault === "slow") {
      const step = Math.ceil(body.length / 10);
      for (let at = 0; at < body.length; at += step) {
        response.write(body.subarray(at, at + step));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      response.end();
      return;
    }
    response.end(body);
  });
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  const host = `127.0.0.1:${(server.address() as { port: number }).port}`;
  return {
    url: `http://${host}`,
    host,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * The page's server, on this machine alone.
 *
 * @module
 */

import { type LocalServer, serveHere } from "../local_server.ts";
import type { Asset } from "./assets.ts";
import type { Follower } from "./follower.ts";
import { pageData } from "./page_parts.ts";
import { viewSample } from "./sample_view.ts";

/** What the page may load and do. Vega compiles its expressions. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "font-src data:",
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Messages that a page may be behind with, at most. */
const BEHIND = 50;

/**
 * Serves the page.
 *
 * @param follower The run.
 * @param options The page's files, and the port; 0 takes any that is free.
 * @returns The server.
 * @throws {Error} If the port is taken.
 */
export async function servePage(
  follower: Follower,
  { assets, port }: {
    readonly assets: ReadonlyMap<string, Asset>;
    readonly port: number;
  },
): Promise<LocalServer> {
  let looking: Promise<unknown> = Promise.resolve();
  const answer = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    // Another site can send for addresses here, though not read what comes.
    const site = request.headers.get("sec-fetch-site");
    if (pathname !== "/" && site !== null && site !== "same-origin") {
      return refuse(403, "Cannot answer another site");
    }
    const fold = wholeNumber(searchParams.get("fold"));
    if (pathname === "/events") return follow(follower, fold);
    if (pathname === "/sample") {
      const place = wholeNumber(searchParams.get("place")) ?? 0;
      // One at a time, not to fill the device.
      const view = looking.then(() =>
        viewSample(follower.files, { fold: fold ?? 1, place })
      );
      looking = view.catch(() => {});
      return await view.then(
        (sample) => Response.json(sample),
        (error) => refuse(500, error.message),
      );
    }
    const asset = assets.get(pathname);
    if (!asset) return refuse(404, `Cannot find "${pathname}"`);
    return new Response(asset.content, {
      headers: { "content-type": `${asset.type}; charset=utf-8` },
    });
  };
  return await serveHere(answer, { port, policy: POLICY });
}

function refuse(status: number, problem: string): Response {
  return new Response(problem, { status });
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^-?\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Sends those parts of the page that are new, whenever there are any. */
function follow(follower: Follower, fold: number | undefined): Response {
  const sent = new Map<string, string>();
  let stop = () => {};
  const body = new ReadableStream<string>({
    start(controller) {
      const send = () => {
        const parts = Object.entries(pageData(follower.files, fold))
          .map(([name, part]) => [name, JSON.stringify(part)] as const)
          .filter(([name, text]) => sent.get(name) !== text);
        if (parts.length === 0) return;
        if (controller.desiredSize! < -BEHIND) {
          throw new Error("The page does not read any more");
        }
        for (const [name, text] of parts) sent.set(name, text);
        const fields = parts.map(([name, text]) => `"${name}":${text}`);
        controller.enqueue(`data: {${fields.join(",")}}\n\n`);
      };
      const trySend = () => {
        try {
          send();
        } catch (error) {
          stop();
          controller.error(error);
        }
      };
      controller.enqueue("retry: 1000\n\n");
      send();
      stop = follower.listen(trySend);
    },
    cancel: () => stop(),
  });
  return new Response(body.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/event-stream" },
  });
}

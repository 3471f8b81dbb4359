/**
 * Serves the live page to browsers on this machine.
 *
 * @module
 */

import { type LocalServer, serveHere } from "../local_server.ts";
import type { Asset } from "./assets.ts";
import type { Follower } from "./follower.ts";
import type { LivePart, PageData } from "./page_data.ts";
import { pageData } from "./page_parts.ts";
import { viewSample } from "./sample_view.ts";

/**
 * The Content-Security-Policy of the page; Vega compiles expressions, which
 * needs `unsafe-eval`.
 */
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

/** Largest number of unread messages of a page. */
const BEHIND = 50;

/** A live recording that is classified while the page is open. */
export interface LiveSource {
  /** Current state of the recording. */
  readonly part: LivePart;
  /**
   * Registers a listener for changes.
   *
   * @param listener The function to call.
   * @returns A function that removes it.
   */
  listen(listener: () => void): () => void;
}

/**
 * Serves the page.
 *
 * @param follower Follower of the run.
 * @param options The page's files, the port (0 for any free one), and a live
 * recording.
 * @returns The server.
 * @throws {Error} If the port is taken.
 */
export async function servePage(
  follower: Follower,
  { assets, port, live }: {
    readonly assets: ReadonlyMap<string, Asset>;
    readonly port: number;
    readonly live?: LiveSource;
  },
): Promise<LocalServer> {
  let looking: Promise<unknown> = Promise.resolve();
  const answer = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    // Other sites can send requests, though they cannot read the responses.
    const site = request.headers.get("sec-fetch-site");
    if (pathname !== "/" && site !== null && site !== "same-origin") {
      return refuse(403, "Cannot answer another site");
    }
    const fold = wholeNumber(searchParams.get("fold"));
    if (pathname === "/events") return follow(follower, { fold, live });
    if (pathname === "/sample") {
      const place = wholeNumber(searchParams.get("place")) ?? 0;
      // One at a time, to limit device memory.
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

/**
 * Streams the parts of the page that change with the run or the live recording.
 */
function follow(
  follower: Follower,
  { fold, live }: {
    readonly fold: number | undefined;
    readonly live: LiveSource | undefined;
  },
): Response {
  const sent = new Map<string, string>();
  let stop = () => {};
  const body = new ReadableStream<string>({
    start(controller) {
      const send = (data: Partial<PageData>) => {
        const parts = Object.entries(data)
          .map(([name, part]) => [name, JSON.stringify(part)] as const)
          .filter(([name, text]) => sent.get(name) !== text);
        if (parts.length === 0) return;
        if (controller.desiredSize! < -BEHIND) {
          throw new Error("The page has stopped reading");
        }
        for (const [name, text] of parts) sent.set(name, text);
        const fields = parts.map(([name, text]) => `"${name}":${text}`);
        controller.enqueue(`data: {${fields.join(",")}}\n\n`);
      };
      const sendRun = () => send(pageData(follower.files, fold));
      const sendLive = () => send({ live: live?.part ?? null });
      const trying = (send: () => void) => () => {
        try {
          send();
        } catch (error) {
          stop();
          controller.error(error);
        }
      };
      controller.enqueue("retry: 1000\n\n");
      sendLive();
      sendRun();
      const removals = [
        follower.listen(trying(sendRun)),
        live?.listen(trying(sendLive)),
      ];
      stop = () => removals.forEach((remove) => remove?.());
    },
    cancel: () => stop(),
  });
  return new Response(body.pipeThrough(new TextEncoderStream()), {
    headers: { "content-type": "text/event-stream" },
  });
}

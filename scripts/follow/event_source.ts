/**
 * Opens live sources of events: a file, a pipe or a socket.
 *
 * @module
 */

import { createSocket } from "node:dgram";
import type { AedatOptions } from "../../dataset/formats/aedat2/aedat.ts";
import { fileProblem } from "../../dataset/files/file_problem.ts";
import { openRecording } from "../../dataset/formats/open_recording.ts";
import { openStream } from "../../dataset/formats/open_stream.ts";
import type { OpenRecording } from "../../dataset/formats/reading/format.ts";
import { quote } from "../command_line/quote.ts";

/** Largest port number. */
const LARGEST_PORT = 65535;

/** Address of `localhost`, the one that the task may use. */
const LOCALHOST = "127.0.0.1";

/** Syntax of a socket. */
const SOCKET = /^(tcp|udp):\/\/([^/:]+|\[[^\]]+\]):(\d{1,5})$/;

/** Datagrams that were received so far. */
export interface Received {
  /** Their number. */
  readonly datagrams: number;
  /** Their bytes. */
  readonly bytes: number;
}

/** A live source of events. */
export interface LiveSource {
  /** The recording, after its header has arrived. */
  readonly recording: OpenRecording;
  /** Counts of datagrams and their bytes, if the source is one of datagrams. */
  readonly received?: () => Received;
}

/**
 * Opens a source of events.
 *
 * @param source `-` for standard input, `tcp://HOST:PORT` to connect,
 * `udp://HOST:PORT` to listen, or the path of a recording.
 * @param options Axes of AEDAT 1.0 and 2.0, and a signal at which a pipe or a
 * socket ends.
 * @returns The recording and, of a source of datagrams, their count.
 * @throws {RecordingError} If it is of no format that can be read.
 * @throws {Error} If the source cannot be opened.
 */
export async function openSource(
  source: string,
  { axes, signal }: AedatOptions & { readonly signal: AbortSignal },
): Promise<LiveSource> {
  const until = (stream: ReadableStream<Uint8Array>) =>
    endAt(signal, { source, stream });
  const [, transport, address, port] = SOCKET.exec(source) ?? [];
  if (transport !== undefined) {
    const host = address.replace(/^\[|\]$/g, "");
    const hostname = host === "localhost" ? LOCALHOST : host;
    const place = { hostname, port: Number(port) };
    if (place.port > LARGEST_PORT) {
      throw new RangeError(
        `Cannot follow "${source}": expected a port up to ${LARGEST_PORT}`,
      );
    }
    await requirePermission(source, place);
    if (transport === "tcp") {
      const stream = until(await connect(source, place));
      return { recording: await openStream(source, stream, { axes }) };
    }
    const { stream, received } = await listen(source, place);
    const options = { axes, datagrams: true };
    const recording = await openStream(source, until(stream), options);
    return { recording, received };
  }
  if (/^\w+:\/\//.test(source)) {
    throw new RangeError(
      `Cannot follow "${source}": expected tcp://HOST:PORT or udp://HOST:PORT`,
    );
  }
  if (source === "-") {
    const { readable } = Deno.stdin;
    return {
      recording: await openStream("standard input", until(readable), { axes }),
    };
  }
  // Files may have any format, with upright axes.
  if (axes !== "reference") return { recording: await openRecording(source) };
  const file = await Deno.open(source).catch((cause) => {
    throw new Error(`Cannot read "${source}": ${fileProblem(cause)}`, {
      cause,
    });
  });
  return { recording: await openStream(source, file.readable, { axes }) };
}

/** A network address. */
interface Place {
  readonly hostname: string;
  readonly port: number;
}

async function connect(
  source: string,
  place: Place,
): Promise<ReadableStream<Uint8Array>> {
  try {
    return (await Deno.connect(place)).readable;
  } catch (cause) {
    throw unreached(source, cause);
  }
}

/** Ends a stream at a signal, and names the source in its errors. */
function endAt(
  signal: AbortSignal,
  { source, stream }: {
    readonly source: string;
    readonly stream: ReadableStream<Uint8Array>;
  },
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  let stop = () => {};
  signal.addEventListener("abort", () => stop());
  /** The next piece; `undefined` at the end. */
  const next = () =>
    new Promise<Uint8Array | undefined>((resolve, reject) => {
      stop = () => resolve(undefined);
      reader.read().then(
        ({ value }) => resolve(value),
        (cause) => reject(unreached(source, cause)),
      );
    });
  return new ReadableStream({
    async pull(controller) {
      const piece = signal.aborted ? undefined : await next();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
    cancel: (reason) => reader.cancel(reason),
    // An error would discard pieces that wait in a queue.
  }, { highWaterMark: 0 });
}

/**
 * Concatenates datagrams; an empty one ends the stream. Those that the socket's
 * buffer cannot hold are lost unnoticed: node:dgram of Deno 2.9 cannot enlarge
 * the buffer, and datagrams have no numbers.
 */
async function listen(
  source: string,
  place: Place,
): Promise<{
  readonly stream: ReadableStream<Uint8Array>;
  readonly received: () => Received;
}> {
  const received = { datagrams: 0, bytes: 0 };
  const socket = createSocket(place.hostname.includes(":") ? "udp6" : "udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (cause) => reject(unreached(source, cause)));
    socket.bind(place.port, place.hostname, resolve);
  });
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      socket.on("error", (error) => controller.error(error));
      socket.on("message", (datagram) => {
        if (datagram.length > 0) {
          received.datagrams++;
          received.bytes += datagram.length;
          controller.enqueue(new Uint8Array(datagram));
          return;
        }
        controller.close();
        socket.close();
      });
    },
    cancel() {
      socket.close();
    },
  });
  return { stream, received: () => ({ ...received }) };
}

/** Requires permission to use an address, without prompting for it. */
async function requirePermission(
  source: string,
  { hostname, port }: Place,
): Promise<void> {
  const host = `${hostname}:${port}`;
  const { state } = await Deno.permissions.query({ name: "net", host });
  if (state === "granted") return;
  throw new Error(
    `Cannot follow "${source}": the task may use the network of this machine ` +
      "alone; for another, run deno run --allow-read --allow-env " +
      `--allow-net=${quote(host)} scripts/tasks/follow.ts`,
  );
}

function unreached(source: string, cause: unknown): Error {
  const problem = (cause as Error).message.split("\n")[0].replace(/\.$/, "");
  return new Error(`Cannot follow "${source}": ${problem}`, { cause });
}

import assert from "node:assert/strict";
import { download } from "../../../../dataset/store/zarr/download.ts";

/** Time without data in ms, after which a request is aborted. */
const SILENCE = 100;

/**
 * Accepts connections, answers the first with some text, if any, and says
 * nothing more.
 */
function listen(texts: readonly string[]) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      const text = texts[connections.length];
      connections.push(connection);
      await connection.read(new Uint8Array(4096));
      if (text !== undefined) {
        await connection.write(new TextEncoder().encode(text));
      }
    }
  })();
  return {
    url: `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/zarr.json`,
    connections,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections) connection.close();
      await accepting;
    },
  };
}

const OPTIONS = {
  most: 100,
  check: () => Promise.resolve(undefined),
  pauses: [1, 1, 1, 1],
  silence: SILENCE,
};

Deno.test("a server that accepts connections and sends nothing is asked twice", async () => {
  await using server = listen([]);
  const start = performance.now();
  await assert.rejects(download(server.url, OPTIONS), {
    name: "DatasetError",
    message: `Cannot use "${server.url}": the connection failed, no data for ` +
      "0.1 s, after 2 requests",
  });
  assert.equal(server.connections.length, 2);
  assert(performance.now() - start < 10 * SILENCE);
});

Deno.test("a server that falls silent inside a file is asked for the rest", async () => {
  const head = 'ETag: "1"\r\nConnection: close\r\n';
  await using server = listen([
    `HTTP/1.1 200 OK\r\n${head}Content-Length: 6\r\n\r\nabc`,
    `HTTP/1.1 206 Partial Content\r\n${head}Content-Length: 3\r\n` +
    "Content-Range: bytes 3-5/6\r\n\r\nd",
    `HTTP/1.1 206 Partial Content\r\n${head}Content-Length: 2\r\n` +
    "Content-Range: bytes 4-5/6\r\n\r\nef",
  ]);
  const bytes = await download(server.url, OPTIONS);
  assert.equal(new TextDecoder().decode(bytes), "abcdef");
  assert.equal(server.connections.length, 3);
});

import { deepStrictEqual } from "node:assert/strict";
import { openSource } from "../../../scripts/follow/event_source.ts";
import { readRows } from "../../dataset/formats/recordings.ts";

Deno.test("openSource() ends a stream at a signal, though its format is not yet clear", async () => {
  const stop = new AbortController();
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = server.addr as Deno.NetAddr;
  const opened = openSource(`tcp://127.0.0.1:${port}`, {
    axes: "jaer",
    signal: stop.signal,
  });
  using connection = await server.accept();
  // Columns are guessed from a hundred lines, or from all.
  await connection.write(new TextEncoder().encode("100 5 7 1\n200 6 8 0\n"));
  await new Promise((go) => setTimeout(go, 300));
  stop.abort();
  const { recording } = await opened;
  deepStrictEqual(await readRows(recording), [[5, 7, 100, 1], [6, 8, 200, 0]]);
});

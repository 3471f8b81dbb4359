import assert from "node:assert/strict";
import { join } from "node:path";
import { servePage } from "../../../../../scripts/views/pages/browser/serve_page.ts";
import { runTask } from "../../../../fixtures/run_task.ts";
import { temporaryFolder } from "../../../../fixtures/temporary_folder.ts";

/** Sends a request to a server under a given host name. */
async function ask(url: string, path: string, host: string): Promise<string> {
  const { hostname, port } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n` +
    "Connection: close\r\n\r\n";
  await connection.write(new TextEncoder().encode(request));
  return await new Response(connection.readable).text();
}

Deno.test("the page is served by the names of this computer only", async () => {
  const server = await servePage({ html: "<p>cat</p>", policy: "" }, 0);
  try {
    const { host, port } = new URL(server.url);
    for (const name of [host, `localhost:${port}`]) {
      const answer = await ask(server.url, "/", name);
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[^]*<p>cat<\/p>/);
    }
    for (const name of ["example.org", `example.org:${port}`, "127.0.0.2"]) {
      const answer = await ask(server.url, "/", name);
      assert.match(answer, /^HTTP\/1\.1 403 /);
      assert(!answer.includes("cat"), name);
    }
    assert.match(
      await ask(server.url, "/data", host),
      /^HTTP\/1\.1 404 /,
    );
  } finally {
    await server.shutdown();
  }
});

Deno.test("browser writes a page that works without other files", async () => {
  await using folder = await temporaryFolder();
  const out = join(folder.path, "page");
  const { code, stdout, stderr } = await runTask("browser", ["--out", out]);
  assert.deepEqual([code, stderr], [0, ""]);
  const path = join(out, "index.html");
  assert.equal(stdout, `Open ${path}\n`);
  const page = await Deno.readTextFile(path);
  const markup = page.replaceAll(/(<(script|style)\b[^>]*>).*?<\/\2>/gs, "$1");
  assert.deepEqual([...markup.matchAll(/\b(src|href)="(?!data:)/g)], []);
  assert.match(markup, /content="default-src 'none'; [^"]*"/);
  const [, program] = /<script id="program"[^>]*>(.*?)<\/script>/s.exec(page)!;
  assert(program.length > 1e5);
  assert(!/\bfrom"|\bimport"/.test(program));
});

Deno.test("browser names what it cannot do in one line", async () => {
  const server = await servePage({ html: "", policy: "" }, 0);
  try {
    const { port } = new URL(server.url);
    const { code, stdout, stderr } = await runTask("browser", [
      ...["--port", port],
    ]);
    assert.match(
      stderr,
      /^error: Cannot serve a page at port "\d+": it is in use[^\n]+[^.\n]\n$/,
    );
    assert.deepEqual([code, stdout], [1, ""]);
  } finally {
    await server.shutdown();
  }
});

import assert from "node:assert/strict";
import { serveHere } from "../../../../scripts/views/pages/local_server.ts";

/** Opens a connection and sends a text. */
async function connect(url: string, text: string): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(text));
  return connection;
}

const POLICY = "default-src 'none'";

Deno.test("a page is sent with its policy to GET and HEAD, and to no other method", async () => {
  const asked: string[] = [];
  const server = await serveHere(({ method }) => {
    asked.push(method);
    return new Response("cat");
  }, { port: 0, policy: POLICY });
  try {
    for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]) {
      const response = await fetch(server.url, { method });
      const body = await response.text();
      const policy = response.headers.get("content-security-policy");
      assert.equal(policy, `${POLICY}; frame-ancestors 'none'`, method);
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
      if (method === "GET") assert.equal(body, "cat");
      if (method === "HEAD") assert.equal(body, "");
      if (response.status === 200) continue;
      assert.equal(response.status, 405, method);
      assert.equal(response.headers.get("allow"), "GET, HEAD");
    }
    assert.deepEqual(asked, ["GET", "HEAD"]);
  } finally {
    await server.shutdown();
  }
});

Deno.test("a failed request gets the error as its response, and the server goes on", async () => {
  const server = await serveHere(({ url }) => {
    if (url.endsWith("/broken")) throw new Error("Cannot answer");
    return new Response("cat");
  }, { port: 0, policy: POLICY });
  try {
    const broken = await fetch(`${server.url}broken`);
    assert.equal(broken.status, 500);
    assert.equal(await broken.text(), "Cannot answer");
    assert.equal(await (await fetch(server.url)).text(), "cat");
  } finally {
    await server.shutdown();
  }
});

Deno.test("connections that send no complete request are closed", async () => {
  const server = await serveHere(() => new Response("cat"), {
    port: 0,
    policy: POLICY,
  });
  try {
    for (const text of ["", "GET / HTTP/1.1\r\nHost: local"]) {
      using connection = await connect(server.url, text);
      const closed = await Promise.race([
        new Response(connection.readable).text(),
        new Promise((resolve) => setTimeout(resolve, 30_000, "open").unref()),
      ]);
      assert.notEqual(closed, "open");
      assert(!String(closed).includes("cat"));
    }
  } finally {
    await server.shutdown();
  }
});

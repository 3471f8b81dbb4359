import assert from "node:assert/strict";
import { join } from "node:path";
// Loads the task's packages first, since the task would print its downloads.
import "../../../../../scripts/views/pages/live/assets.ts";
import { runTask } from "../../../../fixtures/run_task.ts";
import { temporaryFolder } from "../../../../fixtures/temporary_folder.ts";
import { epochOf, serve, stateWith, writeRun } from "./view_page.ts";

Deno.test("the server answers this machine only, and only with files of the page", async () => {
  await using folder = await temporaryFolder();
  await writeRun(folder.path, { rows: [epochOf(1, 0)] });
  await using server = await serve("--run", folder.path);
  const ask = async (path: string, headers = "", method = "GET") => {
    using connection = await Deno.connect({
      hostname: "127.0.0.1",
      port: server.port,
    });
    const host = /^host:/i.test(headers) ? "" : "Host: localhost\r\n";
    const text = `${method} ${path} HTTP/1.1\r\n${host}${headers}` +
      "Connection: close\r\n\r\n";
    await connection.write(new TextEncoder().encode(text));
    const answer = await new Response(connection.readable).text();
    return answer.split("\r\n")[0].split(" ")[1];
  };
  assert.equal(await ask("/"), "200");
  const other = "Host: evil.example\r\n";
  assert.equal(await ask("/", other), "403");
  assert.equal(await ask("/", `Host: evil.example:${server.port}\r\n`), "403");
  assert.equal(await ask("/events", "Sec-Fetch-Site: cross-site\r\n"), "403");
  for (
    const path of [
      "/config.yaml",
      "/../config.yaml",
      "/%2e%2e/view.ts",
      "/..%2f..%2fdeno.json",
      "//etc/passwd",
      "/page/page.ts",
    ]
  ) assert.equal(await ask(path), "404", path);
  const { code, stderr } = await runTask("view", [
    ...["--run", folder.path, "--port", String(server.port)],
  ]);
  assert.match(stderr, /^error: Cannot serve .+ it is in use; [^\n]+\n$/);
  assert.equal(code, 1);
});

Deno.test("--live follows the run that was written to last", async () => {
  await using folder = await temporaryFolder();
  const inFolder = (name: string) => join(folder.path, name);
  await writeRun(inFolder("old"), { rows: [], state: stateWith() });
  await writeRun(inFolder("new"), { rows: [], state: stateWith() });
  const old = new Date(Date.now() - 60_000);
  for (const name of ["metrics.jsonl", "status.json", "config.yaml"]) {
    await Deno.utime(join(inFolder("old"), name), old, old);
  }
  await using server = await serve("--run", folder.path, "--live");
  const response = await fetch(`${server.url}events`);
  const parts = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const until = async (text: string) => {
    for (let all = ""; !all.includes(text);) {
      const { value, done } = await parts.read();
      assert(!done, all);
      all += value;
    }
  };
  await until(`"folder":"${inFolder("new")}"`);
  await writeRun(inFolder("old"), { rows: [], state: stateWith() });
  await until(`"folder":"${inFolder("old")}"`);
  await parts.cancel();
});

Deno.test("wrong usage of view ends with exit code 2", async () => {
  for (const args of [["--port", "70000"], ["--run"], ["output"]]) {
    const { code, stdout, stderr } = await runTask("view", args);
    assert.match(stderr, /^error: [^\n]+ \(--help shows how it is used\)\n$/);
    assert.deepEqual([code, stdout], [2, ""], stderr);
  }
});

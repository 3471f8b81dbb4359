import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { openRecording } from "../../../dataset/formats/open_recording.ts";
import { encodeRecording } from "../../../dataset/formats/writing/encode_recording.ts";
import { browserTest } from "../../fixtures/chromium.ts";
import { gpuTest } from "../../fixtures/gpu.ts";
import { writeGestures } from "../../fixtures/own_recordings.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { ROOT } from "../../fixtures/source_files.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { openPage, see } from "../views/pages/live/view_page.ts";
import { train } from "../training/train_runs.ts";
import { linesOf, piecesOf } from "./follow_pieces.ts";
// Loads the task's packages first, since the task would print its downloads.
import "../../../scripts/views/pages/live/assets.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const run = join(folder.path, "run");

const NETWORK = `data: {path: gestures, window: 250 ms}
simulation: {Ts: 10, tSample: 250, nSample: 8}
network:
  - {conv: {out: 4, kernel: 3, padding: 1, stride: 2}, norm: batch}
  - {dense: 2, neuron: none}
neuron: {type: LIF, tau: 2}
training:
  epochs: 3
  binning_mode: SUM
  optimizer: ADAMW
  lr: 0.005
  error: {type: CrossEntropy}
  path: {out: run}
`;

/** A window, as --json prints it. */
interface Window {
  readonly window: number;
  readonly startMs: number;
  readonly label: number;
  readonly scores: readonly number[];
}

/** Trains once, and finds a test recording with its windows' predictions. */
let trained: Promise<{ file: string; predictions: number[] }> | undefined;
function tested(): Promise<{ file: string; predictions: number[] }> {
  return trained ??= (async () => {
    await writeGestures(folder.path);
    const config = join(folder.path, "network.yaml");
    await Deno.writeTextFile(config, NETWORK);
    await train("train", "--config", config, "--folds", "1");
    return await predicted();
  })();
}

/** What evaluate predicts for the windows of the first recording. */
async function predicted(): Promise<{ file: string; predictions: number[] }> {
  const { stdout } = await runTask("evaluate", ["--run", run, "--json"]);
  const [{ outcomes }] = JSON.parse(stdout).folds;
  const [, recording] = outcomes[0].name.match(/^(.+)_\d+$/)!;
  const own = outcomes.filter(({ name }: { name: string }) =>
    name.startsWith(recording)
  );
  const ending = recording.startsWith("wave") ? "csv" : "raw";
  return {
    file: join(folder.path, "gestures", `${recording}.${ending}`),
    predictions: own.map(({ prediction }: { prediction: number }) =>
      prediction
    ),
  };
}

/** Starts the task, for tests that send it events. */
function follow(source: string, ...args: readonly string[]) {
  return new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "follow", source, "--run", run, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", XDG_RUNTIME_DIR: "/nonexistent" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

gpuTest("follow classifies windows of a file as evaluate does", async () => {
  const { file, predictions } = await tested();
  const { code, stdout, stderr } = await runTask("follow", [
    ...[file, "--run", run, "--json"],
  ]);
  deepStrictEqual([code, stderr], [0, ""]);
  const windows: Window[] = stdout.trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  ok(predictions.length >= 4);
  deepStrictEqual(
    windows.slice(0, predictions.length).map(({ label }) => label),
    predictions,
  );
  deepStrictEqual(windows.map(({ window }) => window), [
    ...windows.keys(),
  ]);
});

gpuTest(
  "follow reads a pipe and writes a line a window",
  async () => {
    const { file, predictions } = await tested();
    const child = follow("-");
    const writer = child.stdin.getWriter();
    for (const piece of await piecesOf(file, 777)) await writer.write(piece);
    await writer.close();
    const [heading, ...lines] = await linesOf(child);
    match(heading, /^ +start {2}class +share {2}next +share events$/);
    ok(lines.length >= predictions.length);
    predictions.forEach((label, n) => {
      const name = ["clap", "wave"][label];
      match(
        lines[n],
        new RegExp(`^ *[\\d.]+ s  ${name} +\\d+ %  \\w+ +\\d+ % +\\d+$`),
      );
      ok([...lines[n]].length <= 60, lines[n]);
    });
  },
);

gpuTest("follow reads what a server of events sends by TCP", async () => {
  const { file, predictions } = await tested();
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = server.addr as Deno.NetAddr;
  const child = follow(`tcp://localhost:${port}`, "--json");
  await child.stdin.close();
  const connection = await server.accept();
  for (const piece of await piecesOf(file, 1000)) await connection.write(piece);
  connection.close();
  const labels = (await linesOf(child)).map((line) => JSON.parse(line).label);
  deepStrictEqual(labels.slice(0, predictions.length), predictions);
});

gpuTest(
  "follow shows what came before a signal or a reset of the connection",
  async () => {
    const { file, predictions } = await tested();
    const windows = predictions.length;
    const ends: [(c: Deno.ChildProcess, s: Socket) => void, number, RegExp][] =
      [
        [(child) => child.kill("SIGINT"), 130, /^$/],
        [(child) => child.kill("SIGTERM"), 143, /^$/],
        [
          (_, socket) => socket.resetAndDestroy(),
          1,
          /^error: Cannot follow "tcp:.+": [^\n]*reset[^\n]*\n$/i,
        ],
      ];
    for (const [end, code, errors] of ends) {
      const server = createServer();
      await new Promise<void>((go) => server.listen(0, "127.0.0.1", go));
      const { port } = server.address() as AddressInfo;
      const accepted = new Promise<Socket>((go) =>
        server.once("connection", go)
      );
      const child = follow(`tcp://127.0.0.1:${port}`, "--json");
      await child.stdin.close();
      const socket = await accepted;
      socket.on("error", () => {});
      const lines = child.stdout.pipeThrough(new TextDecoderStream());
      const errorText = new Response(child.stderr).text();
      socket.write(await Deno.readFile(file));
      let text = "";
      let sent = false;
      for await (const piece of lines) {
        text += piece;
        // All windows but the last have ended.
        if (sent || text.split("\n").length < windows) continue;
        sent = true;
        end(child, socket);
      }
      strictEqual((await child.status).code, code);
      match(await errorText, errors);
      const labels = text.trimEnd().split("\n")
        .map((line) => JSON.parse(line).label);
      deepStrictEqual(labels.slice(0, windows), predictions);
      server.close();
      socket.destroy();
    }
  },
);

/** Follows datagrams that are sent to it, and an empty one after them. */
async function followDatagrams(pieces: readonly Uint8Array[]) {
  const probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  const child = follow(`udp://localhost:${port}`, "--json");
  await child.stdin.close();
  const listening = () =>
    new Promise<boolean>((resolve) => {
      const other = createSocket("udp4");
      other.once("error", () => resolve(true));
      other.bind(port, "127.0.0.1", () => other.close(() => resolve(false)));
    });
  while (!await listening()) await new Promise((go) => setTimeout(go, 200));
  const socket = createSocket("udp4");
  for (const piece of [...pieces, Uint8Array.of()]) {
    await new Promise<void>((resolve) =>
      socket.send(piece, port, "127.0.0.1", () => resolve())
    );
    await new Promise((go) => setTimeout(go, 5));
  }
  socket.close();
  return child;
}

gpuTest(
  "follow reads datagrams of EVT 3.0, until an empty one and a cut",
  async () => {
    const { file, predictions } = await tested();
    const raw = join(folder.path, "sent.raw");
    const encoded = encodeRecording(await openRecording(file), raw);
    await Deno.writeFile(raw, ReadableStream.from(encoded));
    const pieces = [...await piecesOf(raw, 1200), Uint8Array.of(7)];
    const child = await followDatagrams(pieces);
    const { size } = await Deno.stat(raw);
    const cut =
      "left out: the last word, which is cut off: 1, the first at byte ";
    const count = `received: ${pieces.length} datagrams of ${size + 1} ` +
      "bytes in all";
    const lines = await linesOf(child, `${cut}${size}\n${count}\n`);
    const labels = lines.map((line) => JSON.parse(line).label);
    deepStrictEqual(labels.slice(0, predictions.length), predictions);
  },
);

gpuTest("follow reads on after a datagram that is lost", async () => {
  const { file, predictions } = await tested();
  const text = join(folder.path, "sent.csv");
  const encoded = encodeRecording(await openRecording(file), text);
  await Deno.writeFile(text, ReadableStream.from(encoded));
  const pieces = (await piecesOf(text, 1000)).toSpliced(1, 1);
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  const lastLine = pieces[0].lastIndexOf("\n".charCodeAt(0)) + 1;
  const lines = await linesOf(
    await followDatagrams(pieces),
    "left out: lines cut by the loss of datagrams: 1, the first at byte " +
      `${lastLine}\nreceived: ${pieces.length} datagrams of ${bytes} bytes ` +
      "in all\n",
  );
  ok(lines.length >= predictions.length);
});

gpuTest("follow refuses in a line what it cannot follow", async () => {
  const { file } = await tested();
  const silent = join(folder.path, "silent.csv");
  await Deno.writeTextFile(silent, "t_us,x,y,p\n");
  const refused: [args: string[], problem: RegExp][] = [
    [
      ["tcp://127.0.0.1:1", "--run", run],
      /Cannot follow "tcp:\/\/127.0.0.1:1": .+/,
    ],
    [
      ["tcp://camera.invalid:7777", "--run", run],
      /Cannot follow "tcp:.+": the task may use the network of this machine alone; for another, run deno run .+ --allow-net=camera.invalid:7777 /,
    ],
    [
      ["udp://10.0.0.1:7777", "--run", run],
      /Cannot follow "udp:.+": the task may use the network of this machine/,
    ],
    [
      ["udp://127.0.0.1:99999", "--run", run],
      /Cannot follow "udp:.+": expected a port up to 65535/,
    ],
    [["ws://camera", "--run", run], /Cannot follow "ws:.+": expected tcp:/],
    [
      [file, "--run", folder.path],
      /Cannot use run .+: it has no metrics.jsonl/,
    ],
    [[file, "--run", run, "--fold", "3"], /it has no weights of fold 3/],
    [[join(folder.path, "none.csv"), "--run", run], /none.csv/],
    [[silent, "--run", run], /Cannot follow ".+silent.csv": it has no events/],
    [
      [file, "--run", run, "--window", "500 ms"],
      /Cannot follow in windows of 500 ms: samples of the network are of 250 ms/,
    ],
  ];
  await Promise.all(refused.map(async ([args, problem]) => {
    const { code, stdout, stderr } = await runTask("follow", args);
    deepStrictEqual([code, stdout], [1, ""], stderr);
    match(stderr, new RegExp(`^error: [^\\n]*${problem.source}[^\\n]*\\n$`));
  }));
});

gpuTest(
  "follow cuts windows into slices as evaluate cuts samples",
  async () => {
    const { file } = await tested();
    const config = join(run, "config.yaml");
    const text = await Deno.readTextFile(config);
    await Deno.writeTextFile(config, `input: {slices: 10}\n${text}`);
    const { predictions } = await predicted();
    const labels = async (...args: string[]) => {
      const { code, stdout, stderr } = await runTask("follow", [
        ...[file, "--run", run, "--json", ...args],
      ]);
      deepStrictEqual([code, stderr], [0, ""]);
      return stdout.trimEnd().split("\n").map((line): Window =>
        JSON.parse(line)
      );
    };
    const windows = await labels();
    deepStrictEqual(
      windows.slice(0, predictions.length).map(({ label }) => label),
      predictions,
    );
    const long = await labels("--window", "0.5 s");
    await Deno.writeTextFile(config, text);
    strictEqual(long.length, Math.ceil(windows.length / 2));
    strictEqual(long[1].startMs, 500);
  },
);

gpuTest("follow filters events as evaluate does", async () => {
  const { file } = await tested();
  const config = join(run, "config.yaml");
  const text = await Deno.readTextFile(config);
  const filterBy = (filter: string) =>
    Deno.writeTextFile(
      config,
      text.replace(/^training:\n/m, `$&  filter: {${filter}}\n`),
    );
  const args = [file, "--run", run, "--json"];
  await filterBy("hot_ratio: 3, background_activity: 15, least_events: 2");
  const { predictions } = await predicted();
  const { code, stdout, stderr } = await runTask("follow", args);
  await filterBy("hot_pixels: 20");
  const refused = await runTask("follow", args);
  await Deno.writeTextFile(config, text);
  strictEqual(code, 0, stderr);
  match(stderr, /^left out: events that have no recent neighbour .+: \d+\n$/);
  deepStrictEqual(
    stdout.trimEnd().split("\n").slice(0, predictions.length)
      .map((line) => JSON.parse(line).label),
    predictions,
  );
  match(refused.stderr, /^error: .+\(training.filter.hot_pixels\).+\n$/);
});

browserTest(
  "follow shows the decision on the run's live page",
  async (browser) => {
    const { file, predictions } = await tested();
    const child = follow(file, "--page", "--port", "0", "--json");
    const lines = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await lines.read();
    const [url] = /^http:\/\/127\.0\.0\.1:\d+\//.exec(value!)!;
    const { page, problems } = await openPage(browser, url, {
      viewport: { width: 380, height: 900 },
    });
    await see(page, "#recording-time", "ended");
    await see(page, "#recording-title", file);
    const rows = await page.locator("#recording-past tbody tr")
      .allTextContents();
    const names = rows.map((row) => /clap|wave/.exec(row)![0]).reverse();
    deepStrictEqual(
      names.slice(0, predictions.length),
      predictions.map((label) => ["clap", "wave"][label]),
    );
    strictEqual(
      await page.locator("#recording-classes .leads span").first()
        .textContent(),
      names.at(-1),
    );
    match(
      (await page.locator("#recording-events").getAttribute("src"))!,
      /^data:image\/gif/,
    );
    ok(
      await page.evaluate("document.documentElement.scrollWidth <= innerWidth"),
    );
    child.kill("SIGINT");
    await child.status;
    await see(
      page,
      "#advice",
      "The program that follows the recording has ended",
    );
    deepStrictEqual(problems.filter((text) => !/ERR_/.test(text)), []);
    await Promise.all([child.stdout.cancel(), lines.cancel()]);
  },
);

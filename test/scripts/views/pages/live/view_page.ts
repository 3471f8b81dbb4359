/**
 * Live pages for tests: run folders, the server, and the page in a browser.
 *
 * @module
 */

import { join } from "node:path";
import type { RunState } from "../../../../../scripts/run/status.ts";
import type { EpochMetrics } from "../../../../../scripts/run/files.ts";
import type { Browser, Page } from "../../../../fixtures/chromium.ts";
import { ROOT } from "../../../../fixtures/source_files.ts";

const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));

/**
 * The page's server, in a process of its own; disposing of it ends the process.
 */
export interface Server extends AsyncDisposable {
  /** Address of the page. */
  readonly url: string;
  readonly port: number;
}

/**
 * Starts the server with the permissions of its task.
 *
 * @param args Its arguments; by default it takes a free port.
 * @returns The server, once it answers.
 */
export async function serve(...args: string[]): Promise<Server> {
  const [, run, ...words] = tasks.view.command.split(" ");
  const port = args.includes("--port") ? [] : ["--port", "0"];
  const process = new Deno.Command(Deno.execPath(), {
    args: [run, "--quiet", ...words, ...args, ...port],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextDecoderStream())
    .getReader();
  const { value = "" } = await lines.read();
  const url = /^http:\/\/127\.0\.0\.1:(\d+)\//.exec(value);
  if (url === null) throw new Error(`The server said "${value}"`);
  return {
    url: url[0],
    port: Number(url[1]),
    async [Symbol.asyncDispose]() {
      process.kill("SIGINT");
      await process.status;
      await lines.cancel();
    },
  };
}

/**
 * Makes an epoch of a run whose loss falls.
 *
 * @param fold Fold, counted from 1.
 * @param epoch Epoch, counted from 0.
 * @returns The epoch.
 */
export function epochOf(fold: number, epoch: number): EpochMetrics {
  return {
    fold,
    epoch,
    seconds: 2,
    lr: 0.01,
    rates: [0.02, 0.01 * fold],
    trainLoss: 20 / (epoch + 1),
    trainAccuracy: epoch / (epoch + 1),
    valLoss: 30 / (epoch + 2),
    valAccuracy: epoch / (epoch + 3),
    gradientNorms: { fc1: 5 / (epoch + 1) },
    updateNorms: { fc1: 0.1 },
  };
}

/**
 * Makes the content of `status.json` for a run of two folds.
 *
 * @param changes Fields that differ.
 * @returns The state.
 */
export function stateWith(changes: Partial<RunState> = {}): RunState {
  return {
    state: "training",
    program: "train",
    begun: true,
    seconds: 90,
    adapter: { name: "Test adapter", software: false },
    folds: [1, 2],
    epochs: 100,
    resume: "deno task train --resume",
    time: Date.now(),
    classes: ["cat", "dog"],
    layers: ["pool1", "fc1"],
    pass: {
      fold: 1,
      epoch: 3,
      set: "training",
      total: 80,
      samples: 32,
      loss: 7,
      accuracy: 0.5,
      samplesPerSecond: 640.4,
      deviceShare: 0.91,
      dataShare: 0.02,
    },
    confusions: [{
      fold: 1,
      epoch: 2,
      set: "validation",
      counts: [[0, 0, 7], [0, 1, 3], [1, 1, 9]],
    }],
    alarms: [],
    ...changes,
  };
}

/**
 * Writes a run folder.
 *
 * @param folder The folder; other files in it are kept.
 * @param run Epochs, as objects or as text, and the content of `status.json`.
 */
export async function writeRun(
  folder: string,
  { rows, state }: {
    readonly rows: readonly (EpochMetrics | string)[];
    readonly state?: RunState;
  },
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const write = (name: string, text: string) =>
    Deno.writeTextFile(join(folder, name), text);
  const lines = rows.map((row) =>
    typeof row === "string" ? row : `${JSON.stringify(row)}\n`
  );
  await write("config.yaml", "simulation: { Ts: 5 }\n");
  await write("metrics.jsonl", lines.join(""));
  if (state) await write("status.json", `${JSON.stringify(state)}\n`);
}

/**
 * Opens a page and records its errors and its requests to other machines.
 *
 * @param browser The browser.
 * @param url Address of the page.
 * @param options Its size and colours.
 * @returns The page, and its errors and requests to other machines.
 */
export async function openPage(
  browser: Browser,
  url: string,
  options: Parameters<Browser["newPage"]>[0] = {},
): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage(options);
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("request", (request) => {
    const asked = new URL(request.url());
    if (!["127.0.0.1", ""].includes(asked.hostname)) problems.push(asked.href);
  });
  await page.goto(url);
  return { page, problems };
}

/**
 * Waits for a text in an element.
 *
 * @param page The page.
 * @param selector The element, in CSS.
 * @param text Part of its text.
 */
export async function see(
  page: Page,
  selector: string,
  text: string,
): Promise<void> {
  const found = page.locator(selector).filter({ hasText: text });
  await found.first().waitFor({ timeout: 60_000 });
}

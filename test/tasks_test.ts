import assert from "node:assert/strict";
import { join } from "node:path";
import { runTask } from "./fixtures/run_task.ts";
import { ROOT } from "./fixtures/source_files.ts";
import { temporaryFolder } from "./fixtures/temporary_folder.ts";

const { tasks, lock } = JSON.parse(
  await Deno.readTextFile(join(ROOT, "deno.json")),
) as {
  readonly tasks: Record<string, { readonly command: string }>;
  readonly lock: unknown;
};

const GIVEN = "its user names what it reads, anywhere on the disk";
const OUT = "its user names the folder that it writes, with --out";
const NEW = "its user names the file that it writes";
const FOUND = "its user's configuration names what it reads and writes";
const TEMPORARY = "the system chooses its temporary folders";
const CARDS = "Deno hides what Linux tells of GPUs from programs without it";
const LIBRARIES =
  "Deno passes LD_LIBRARY_PATH on to programs only if it may start all";
const STARTS = "its tests start tasks, servers and browsers";

/** Permissions that name nothing, by task, and why they cannot. */
const UNNAMED: Record<string, Record<string, string>> = {
  setup: {},
  demo: { "--allow-read": FOUND, "--allow-write": OUT },
  test: { "--allow-all": STARTS },
  fuzz: { "--allow-read": TEMPORARY, "--allow-write": TEMPORARY },
  kills: { "--allow-all": STARTS },
  "test:mpi": { "--allow-all": STARTS },
  "test:slurm": { "--allow-all": STARTS },
  "demo-test": { "--allow-all": STARTS },
  tensorstore: { "--allow-read": TEMPORARY, "--allow-write": TEMPORARY },
  ok: {},
  synth: {
    "--allow-read": "what is in the folder already is kept",
    "--allow-write": OUT,
  },
  inspect: { "--allow-read": GIVEN, "--allow-write": OUT },
  online: { "--allow-all": CARDS, "--allow-run": LIBRARIES },
  convert: { "--allow-read": GIVEN, "--allow-write": NEW },
  show: { "--allow-read": GIVEN, "--allow-write": OUT },
  animate: { "--allow-read": GIVEN, "--allow-write": OUT },
  browser: {
    "--allow-read": "bundled packages are in Deno's cache, wherever that is",
    "--allow-write": OUT,
  },
  slice: { "--allow-read": GIVEN, "--allow-write": OUT },
  completions: {},
  train: {
    "--allow-all": CARDS,
    "--allow-read": FOUND,
    "--allow-write": FOUND,
  },
  distributed: {
    "--allow-all": CARDS,
    "--allow-read": FOUND,
    "--allow-write": FOUND,
    "--allow-ffi": "MPI libraries lie where the system has them",
  },
  "train-test-only": {
    "--allow-all": CARDS,
    "--allow-read": FOUND,
    "--allow-write": FOUND,
  },
  sweep: {
    "--allow-all": CARDS,
    "--allow-read": FOUND,
    "--allow-write": OUT,
    "--allow-run": LIBRARIES,
  },
  results: { "--allow-read": GIVEN },
  ridge: { "--allow-read": FOUND, "--allow-write": FOUND },
  evaluate: { "--allow-read": GIVEN },
  follow: { "--allow-read": GIVEN },
  plot: { "--allow-read": GIVEN, "--allow-write": OUT },
  view: { "--allow-read": GIVEN },
};

/** The words of each command of a task that may ask for permissions. */
function commandsOf(task: string): string[][] {
  return tasks[task].command.split(" && ")
    .filter((command) => /\bdeno (run|test|bench|eval)\b/.test(command))
    .map((command) => command.split(" "));
}

Deno.test("no task asks for a permission while it runs", () => {
  const asking = Object.keys(tasks).filter((task) =>
    commandsOf(task).some((words) => !words.includes("--no-prompt"))
  );
  assert.deepEqual(asking, []);
});

Deno.test("a permission names what it is for, or a reason why it cannot", () => {
  const unnamed = Object.keys(tasks).map((task) => [
    task,
    commandsOf(task).flat()
      .filter((word) => /^(--allow-[a-z-]+|-[A-Z]+)$/.test(word)),
  ]);
  const expected = Object.entries(UNNAMED)
    .map(([task, reasons]) => [task, Object.keys(reasons)]);
  assert.deepEqual(unnamed, expected);
});

Deno.test("tasks that only print may write nothing and start nothing", () => {
  const allowed = (task: string) =>
    [...tasks[task].command.matchAll(/--allow-([a-z]+)/g)].map(([, to]) => to);
  assert.deepEqual(allowed("completions"), ["read"]);
  assert.deepEqual(allowed("evaluate"), ["read", "env"]);
  assert.deepEqual(allowed("results"), ["read", "env"]);
  const starting = Object.keys(tasks)
    .filter((task) => allowed(task).includes("run"));
  assert.deepEqual(starting, ["setup", "tensorstore", "online", "sweep"]);
});

Deno.test("no task changes deno.lock", () => {
  assert.deepEqual(lock, { frozen: true });
});

Deno.test("deno task browser bundles its page without starting a program", async () => {
  await using folder = await temporaryFolder();
  const { code, stderr } = await runTask("browser", ["--out", folder.path]);
  assert.deepEqual([code, stderr], [0, ""]);
  const page = await Deno.readTextFile(join(folder.path, "index.html"));
  assert(page.length > 100_000);
});

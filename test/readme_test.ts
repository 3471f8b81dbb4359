import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseConfiguration } from "../scripts/configuration/configuration.ts";
import { gpuTest } from "./fixtures/gpu.ts";
import { loadWeights } from "../mod.ts";
import { writeGestures } from "./fixtures/own_recordings.ts";
import {
  blocksOf,
  README,
  sectionOf,
  type TaskCommand,
  taskCommands,
} from "./fixtures/readme.ts";
import { offerTasks } from "./fixtures/product.ts";
import { runTask } from "./fixtures/run_task.ts";
import { ROOT } from "./fixtures/source_files.ts";
import { temporaryFolder } from "./fixtures/temporary_folder.ts";
import { copySigns } from "./scripts/training/shared_signs.ts";

const configuration = JSON.parse(
  await Deno.readTextFile(join(ROOT, "deno.json")),
);
const tasks: Record<string, { readonly command: string }> = configuration.tasks;

/** Tasks that start a script, which shows help. */
const scripts = Object.keys(tasks).filter((task) =>
  /\bdeno run .*scripts\/tasks\/\w+\.ts$/.test(tasks[task].command)
);

/** The section whose commands have a test of their own. */
const OWN = sectionOf("Your own recordings in five minutes");

/** A command of README.md, with less to record or to train. */
function shortened({ task, args }: TaskCommand): readonly string[] {
  const recipe = args.includes("--recipe");
  const trains = task.startsWith("train") || task === "sweep" && recipe;
  if (!trains) return args;
  return [
    ...[...args, "--folds", "1", "--set", "training.epochs=1"],
    ...recipe
      ? ["--set", "network=2c8s8-lif-19", "--set", "training.updates=1"]
      : [
        "--set",
        "network=[{pool: 16}, {dense: 19}]",
        "--set",
        "simulation.Ts=5",
      ],
  ];
}

Deno.test("README.md opens with the demo and the tests", () => {
  const commands = taskCommands().map(({ task }) => task);
  assert.deepEqual(commands.slice(0, 2), ["demo", "test"]);
  const [first] = blocksOf("sh");
  assert.match(first, /^npx -y deno@[\d.]+ task demo/);
});

Deno.test("README.md names the version of Deno that runs", () => {
  const versions = [...README.matchAll(/deno@([\w.]+)/g)].map(([, v]) => v);
  assert.deepEqual([...new Set(versions)], [Deno.version.deno]);
});

Deno.test("README.md names tasks that there are", () => {
  const named = [...README.matchAll(/\btask ([a-z][\w-]*)/g)]
    .map(([, task]) => task);
  assert.deepEqual(named.filter((task) => !Object.hasOwn(tasks, task)), []);
});

gpuTest(
  "every script has a task, with the options README.md gives it",
  async () => {
    assert(scripts.length >= 7, scripts.join(" "));
    for (const task of scripts) {
      const { code, stdout, stderr } = await runTask(task, ["--help"]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, new RegExp(`deno task ${task}\\b`));
      const used = taskCommands().filter((command) => command.task === task)
        .flatMap(({ args }) => args.filter((arg) => arg.startsWith("--")));
      assert.deepEqual(used.filter((option) => !stdout.includes(option)), []);
    }
  },
);

Deno.test("README.md names files that there are", () => {
  const text = sectionOf("Layout") + sectionOf("Extend it");
  const paths = [...text.matchAll(/`([\w.-]+\/[\w./-]*)`/g)]
    .map(([, path]) => path);
  assert(paths.length >= 6);
  const missing = paths.filter((path) => !existsSync(join(ROOT, path)));
  assert.deepEqual(missing, []);
  const folders = ["kernels", "engine", "dataset", "scripts", "bench", "test"];
  const left = folders.filter((folder) => !paths.includes(`${folder}/`));
  assert.deepEqual(left, []);
});

Deno.test("README.md shows configurations that can be used", () => {
  const blocks = blocksOf("yaml");
  assert(blocks.length > 0);
  for (const block of blocks) parseConfiguration(block, "README.yaml");
});

gpuTest("README.md gives commands that work, in their order", async () => {
  await using folder = await temporaryFolder();
  await offerTasks(folder.path);
  const done = new Set<string>();
  const others = README.replace(OWN, "");
  for (const command of taskCommands(others)) {
    const { task } = command;
    // These have tests of their own; a page would be served for ever.
    if (!scripts.includes(task) || ["demo", "view"].includes(task)) continue;
    if (task === "synth") {
      // The same command, with a group of people for each of four folds.
      const data = join(folder.path, "data");
      await copySigns(data);
      await Deno.remove(join(data, "sliced.zarr"), { recursive: true });
      done.add(task);
      continue;
    }
    const args = shortened(command);
    const { code, stderr } = await runTask(task, args, {
      folder: folder.path,
    });
    assert.equal(code, 0, `${task} ${args.join(" ")}: ${stderr}`);
    done.add(task);
  }
  for (const task of ["synth", "inspect", "slice", "train"]) {
    assert(done.has(task), task);
  }
});

gpuTest(
  "README.md's way with your own recordings works as written",
  async () => {
    await using folder = await temporaryFolder();
    await writeGestures(folder.path);
    await offerTasks(folder.path);
    const section = sectionOf("Your own recordings in five minutes");
    const commands = taskCommands(section);
    const said: string[] = [];
    for (const { task, args } of commands) {
      // Training learns as written once; from the store, an epoch is enough.
      const again = task === "train" && args.includes("gestures.zarr");
      const short = again ? [...args, "--set", "training.epochs=1"] : args;
      const { code, stdout, stderr } = await runTask(task, short, {
        folder: folder.path,
      });
      assert.equal(code, 0, `${task} ${args.join(" ")}: ${stderr}`);
      said.push(stdout);
    }
    assert.deepEqual(commands.map(({ task }) => task), [
      ...["inspect", "train", "evaluate", "plot", "show", "animate"],
      ...["inspect", "slice", "train"],
    ]);
    const [inspected, trained, evaluated] = said;
    assert.match(inspected, /^picture +pictures\/gestures_inspect.png\n/);
    assert.match(
      trained,
      /layout folders, 2 classes.*4 folds by group; --set /,
    );
    assert.match(evaluated, /^fold 1: .*\ntest loss .*\n/);
    // No person of the test is in training, and yet the gestures are told.
    const [, accuracy] = /test loss .*accuracy ([\d.]+) \+- /.exec(evaluated)!;
    assert(Number(accuracy) >= 75, evaluated);
    for (const file of ["accuracy_by_group.png", "report.html"]) {
      assert(
        existsSync(join(folder.path, "gestures-run", "plots", file)),
        file,
      );
    }
  },
);

gpuTest("README.md's training programs run on N-MNIST files", async () => {
  const [training, configured] = blocksOf("ts ignore");
  const configuration = blocksOf("yaml").find((text) =>
    text.includes("nmnist")
  )!;
  await using folder = await temporaryFolder();
  const digits = join(folder.path, "nmnist");
  await Deno.mkdir(digits);
  for (const list of ["train1K.txt", "test100.txt"]) {
    await Deno.writeTextFile(join(digits, list), "1 3\n2 4\n");
  }
  for (const id of [1, 2]) {
    const event = Uint8Array.of(id, 2, 0x80, 1, 0);
    await Deno.writeFile(join(digits, `${id}.bs2`), event);
  }
  await Deno.writeTextFile(
    join(folder.path, "network.yaml"),
    configuration.replace("training:", "training:\n  epochs: 2"),
  );
  assert.match(
    await runProgram(training.replace("epochs: 100", "epochs: 2"), folder.path),
    /^0 0(\.5)?\n1 0(\.5)?\n$/,
  );
  const weights = loadWeights(
    await Deno.readFile(join(folder.path, "mlp.safetensors")),
  );
  assert.deepEqual(weights["fc1.weight"].shape, [512, 2, 34, 34, 1]);
  assert.match(
    await runProgram(configured, folder.path),
    /^0 [\d.]+\n1 [\d.]+\n$/,
  );
});

/** Runs a program in a folder, with the library of this repository. */
async function runProgram(program: string, folder: string): Promise<string> {
  const file = join(folder, "program.ts");
  const library = pathToFileURL(join(ROOT, "mod.ts")).href;
  await Deno.writeTextFile(
    file,
    program.replace('"./mod.ts"', JSON.stringify(library)),
  );
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", file],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}

import assert from "node:assert/strict";
import { join } from "node:path";
import { type EventStore, openStore } from "../../../dataset/store/store.ts";
import { readConfigurationFile } from "../../../scripts/configuration/configuration_file.ts";
import { openModel } from "../../../scripts/experiment/evaluate_fold.ts";
import type { FoldEvaluation } from "../../../scripts/experiment/evaluate_fold.ts";
import { openFolds } from "../../../scripts/experiment/folds.ts";
import { layOutVotes } from "../../../scripts/views/pictures/animation/votes.ts";
import { traceSample } from "../../../scripts/experiment/trace_sample.ts";
import { readWeights } from "../../../scripts/run/weights_file.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";
import { writeGestures } from "../../fixtures/own_recordings.ts";
import { runTask } from "../../fixtures/run_task.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { smallNetwork } from "../sweep/sweeps.ts";
import { draw } from "../views/pictures/picture_commands.ts";
import { readGif } from "../views/pictures/read_gif.ts";
import { prepareDigits, prepareSigns, train } from "../training/train_runs.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const at = (...names: string[]) => join(folder.path, ...names);
const run = at("signs", "first");
const store = at("signs", "data", "sliced.zarr");

/** Side of an animation's events, in pixels. */
const SIZE = 256;

/** Two folds, trained, and what `evaluate` makes of them. */
let trained: Promise<FoldEvaluation[]> | undefined;
function signs(): Promise<FoldEvaluation[]> {
  return trained ??= (async () => {
    await Deno.mkdir(at("signs"));
    const config = await prepareSigns(at("signs"));
    await train("train", "--config", config, "--folds", "1,2");
    const outcome = await runTask("evaluate", ["--run", run, "--json"]);
    assert.equal(outcome.stderr, "");
    return JSON.parse(outcome.stdout).folds;
  })();
}

/** Animates a sample beside a network, and gives the command's lines. */
async function animate(...args: string[]): Promise<string[]> {
  const outcome = await draw("animate", [...args, "--out", at("out")]);
  assert.deepEqual([outcome.code, outcome.stderr], [0, ""]);
  return outcome.stdout.trimEnd().split("\n");
}

gpuTest(
  "animate ends on the votes of a test, of the fold it is tested in",
  async () => {
    const evaluations = await signs();
    const configuration = await readConfigurationFile(join(run, "config.yaml"));
    const folds = await openFolds(configuration, { validation: true });
    for (const { fold, classes, outcomes } of evaluations) {
      const { sample, label, prediction } = outcomes[4];
      const { slices } = folds[fold - 1].test.source as EventStore;
      const name = `${slices[sample].source}/${classes[label]}`;
      const lines = await animate(
        ...["--store", store, name, "--run", run, "--size", `${SIZE}`],
      );
      assert.match(
        lines[1],
        new RegExp(
          `^fold ${fold}: ${classes[prediction]} has most spikes, \\d+; ` +
            `the true class is ${classes[label]}$`,
        ),
      );
      // The charts of a test show the same counts.
      const weights = `model_weights_fold${fold}.safetensors`;
      using model = await openModel(device(), folds[fold - 1], {
        ...{ configuration, weights: await readWeights(join(run, weights)) },
      });
      const { output } = await traceSample(model, folds[fold - 1], {
        sample,
        neurons: [],
        configuration,
      });
      const { timing } = await openStore(store);
      const { width, layout: { raster, row, bars, vote } } = await layOutVotes(
        {
          ...{ ...output, names: classes },
          span: { timing, lengthUs: 1000 * output.duration },
        },
        "light",
        SIZE + 28,
      );
      const [path] = lines[0].split(": ");
      const gif = await readGif(path);
      assert.equal(gif.width, SIZE + width);
      assert.equal(gif.delays.length, output.duration / 50);
      const barsIn = (frame: number) =>
        classes.map((_, output) => {
          const y = raster.y + row * output + row / 2 | 0;
          // Behind the line that bars start from.
          let x = SIZE + bars + 1;
          while (gif.colourAt(frame, x, y) !== "#ffffff") x++;
          return x - SIZE - bars;
        });
      const last = gif.delays.length - 1;
      for (const frame of [0, last >> 1, last]) {
        const counts = output.times.map((times) =>
          times.filter((time) => time < 50 * (frame + 1)).length
        );
        assert.deepEqual(
          barsIn(frame),
          counts.map((count) => Math.max(1, Math.round(count * vote))),
        );
      }
    }
  },
);

gpuTest(
  "animate shows a network the same from a recording and a slice",
  async () => {
    const [{ classes }] = await signs();
    const { slices } = await openStore(store);
    const { source, label } = slices[3];
    const recording = at("signs", "data", "recordings", `${source}.aedat`);
    const args = ["--run", run, "--size", "128", "--colours", "polarity"];
    const events = await (await openStore(store)).events(3);
    const slice = at(`${source}_${String(label).padStart(2, "0")}.npy`);
    await Deno.writeFile(slice, formatNpy(events));
    const [tagged, stored] = [
      await animate(recording, "--tag", classes[label], ...args),
      await animate("--store", store, `${source}/${label + 1}`, ...args),
    ];
    assert.deepEqual(tagged, stored);
    const [line] = await animate(slice, ...args, "--json");
    const { network: { fold, counts, prediction } } = JSON.parse(line);
    const words = `fold ${fold}: ${classes[prediction]} has most spikes, ` +
      Math.max(...counts);
    assert(tagged[1].startsWith(words), `${tagged[1]} ${words}`);
    assert.equal(counts[prediction], Math.max(...counts));
    const whole = await animate(
      recording,
      "--fold",
      "2",
      "--to",
      "100",
      ...args,
    );
    assert.match(whole[0], /: 2 frames of /);
    assert.match(whole[1], /^fold 2: \w+ has most spikes, \d+$/);
  },
);

gpuTest(
  "animate shows digits to the network that was tested on them",
  async () => {
    await Deno.mkdir(at("digits", "real"), { recursive: true });
    for (let id = 0; id < 4; id++) {
      const bytes = Array.from({ length: 400 }, (_, i) => {
        const us = 700 * i + 50;
        return [i % 34, (i * (id + 3)) % 34, 0x80 | us >> 16, us >> 8, us];
      });
      const path = at("digits", "real", `${id}.bs2`);
      await Deno.writeFile(path, Uint8Array.from(bytes.flat()));
    }
    const config = await prepareDigits(at("digits"), {
      in: at("digits", "real"),
      train: ["0 3", "1 8"],
      test: ["2 8", "3 3"],
    });
    await train("train", "--config", config);
    const digits = ["--run", at("digits", "first")];
    const { stdout } = await runTask("evaluate", [...digits, "--json"]);
    const [{ outcomes: [, { prediction }] }] = JSON.parse(stdout).folds;
    const [first, second] = await animate(
      ...[at("digits", "digits", "3.bs2"), ...digits],
    );
    assert.match(first, /_3\.bs2_fold1\.gif: 6 frames of /);
    assert.match(
      second,
      new RegExp(`^fold 1: (${prediction} has most.*|no output spikes); .* 3$`),
    );
    await signs();
    await refused(
      [at("digits", "digits", "3.bs2"), "--run", run],
      /^Cannot run the network of .* on "digits\/digits\/3": it has 34×34 pixels, the recordings of the run 128×128; give a recording of that sensor, or a run on 34×34 pixels$/,
    );
  },
);

gpuTest("animate refuses a network that is not the sample's", async () => {
  const [{ classes }] = await signs();
  const data = at("signs", "data");
  const [{ source }] = (await openStore(store)).slices;
  const recording = join(data, "recordings", `${source}.aedat`);
  const others = at("others.csv");
  const lines = classes.map((name, n) => `${n + 1},${n === 2 ? "yak" : name}`);
  await Deno.writeTextFile(others, `class,class Def\n${lines.join("\n")}\n`);
  const tag = [recording, "--tag", "1", "--run", run];
  await refused(
    [...tag, "--classes", others],
    /: its class 3 is yak, the network's is camel$/,
  );
  await refused(
    [...tag, "--axes", "jaer"],
    /: the network was trained with the axes/,
  );
  await refused([...tag, "--fold", "4"], /it has no weights of fold 4$/);
  await refused([recording, "--fold", "1"], /^Cannot take fold 1: only a run/);
  await refused(
    [recording, "--run", data],
    /^Cannot use run ".*metrics\.jsonl/,
  );
});

async function refused(args: readonly string[], why: RegExp): Promise<void> {
  const outcome = await draw("animate", [...args, "--out", at("none")]);
  assert.deepEqual([outcome.code, outcome.stdout], [1, ""]);
  const [, message] = /^error: ([^\n]+)\n$/.exec(outcome.stderr) ?? [];
  assert.match(message, why);
}

/** Writes events as NumPy does. */
function formatNpy(
  { x, y, t, p }: Awaited<ReturnType<EventStore["events"]>>,
): Uint8Array {
  const header = "{'descr': [('x', '<u2'), ('y', '<u2'), ('t', '<u4'), " +
    `('p', '|u1')], 'fortran_order': False, 'shape': (${t.length},), }\n`;
  const start = 10 + header.length;
  const bytes = new Uint8Array(start + 9 * t.length);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length]);
  bytes.set(new TextEncoder().encode(header), 10);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < t.length; i++) {
    const at = start + 9 * i;
    view.setUint16(at, x[i], true);
    view.setUint16(at + 2, y[i], true);
    view.setUint32(at + 4, t[i], true);
    view.setUint8(at + 8, p[i]);
  }
  return bytes;
}

gpuTest("animate shows a window to a network of windows", async () => {
  const data = at("gestures");
  await writeGestures(folder.path);
  const out = at("windows");
  await train("train", ...smallNetwork(data), "--folds", "1", "--out", out);
  const recording = join(data, "wave", "bob", "1.csv");
  for (const from of [0, 400]) {
    const [, verdict] = await animate(
      ...[recording, "--run", out, "--from", `${from}`],
    );
    assert.match(
      verdict,
      new RegExp(
        `^fold 1, ${from} to ${from + 250} ms: (clap|wave) is most probable, ` +
          "\\d+ %; the true class is wave$",
      ),
    );
  }
  const late = await draw("animate", [
    ...[recording, "--run", out, "--from", "2000", "--out", at("out")],
  ]);
  assert.deepEqual([late.code, late.stderr], [
    1,
    'error: Cannot draw "wave/bob/1" from 2000 ms on: it has no events in 250 ' +
    "ms\n",
  ]);
});

/**
 * The command line of the two training programs, with and without validation.
 *
 * @module
 */

import { message, option, string } from "npm:@optique/core@1.3.6";
import { join, resolve } from "node:path";
import { ReadThreads } from "../../dataset/store/read_threads.ts";
import { openPreferredDevice } from "../device/adapter.ts";
import type { Checkpoint } from "../run/checkpoint.ts";
import { runCommand } from "../command_line/command.ts";
import { readConfigurationFile } from "../configuration/configuration_file.ts";
import { chooseFolds } from "../experiment/choose_folds.ts";
import { openFolds } from "../experiment/folds.ts";
import { lockFolder } from "../run/lock.ts";
import { findEventFiles } from "../run/tensorboard/event_file.ts";
import { RunStatus } from "../run/status.ts";
import { print } from "../command_line/print.ts";
import { Pauses } from "./interruption.ts";
import { profileStep } from "../device/profile_step.ts";
import { readWeights } from "../run/weights_file.ts";
import { Results } from "../run/writer.ts";
import {
  type FoldSummary,
  LOGS_FOLDER,
  type RunSummary,
  type Spread,
  spreadOf,
} from "../run/files.ts";
import { identifyFolds } from "../run/identity.ts";
import { removeUnfinished } from "../files/atomic_write.ts";
import { startAnew, takeUp } from "../run/resume.ts";
import { warnOfCount } from "../configuration/target_reach.ts";
import { resumeCommand, trainFolds } from "./folds_loop.ts";

/** The configuration of SL-Animals, and one for recordings of anybody's. */
const [CONFIG, OWN_CONFIG] = [
  "scripts/network.yaml",
  "scripts/recordings.yaml",
];

/** A training program. */
export interface Program {
  readonly name: RunSummary["program"];
  readonly summary: string;
  /** Whether some of the training recordings serve as a validation set. */
  readonly validation: boolean;
}

/**
 * Runs a training program with the arguments of this process.
 *
 * @param program The training program.
 */
export async function runProgram(program: Program): Promise<void> {
  await runCommand(
    {
      name: `deno task ${program.name}`,
      summary: program.summary,
      examples: [
        `deno task ${program.name}`,
        `deno task ${program.name} --out output/slow ` +
        "--set training.lr=0.001",
        `deno task ${program.name} --resume`,
        `deno task ${program.name} --profile`,
      ],
      parameters: {
        config: option("--config", string({ metavar: "FILE" }), {
          description:
            message`The configuration [scripts/network.yaml; scripts/recordings.yaml with --data]`,
        }).optional(),
        data: option("--data", string({ metavar: "PATH" }), {
          description:
            message`Your recordings: a folder of classes, or a CSV list [data.path]`,
        }).optional(),
        out: option("--out", string({ metavar: "DIR" }), {
          description: message`Folder for results [training.path.out]`,
        }).optional(),
        folds: option("--folds", string({ metavar: "N,N" }), {
          description: message`Which of the folds to run, counted from 1 [all]`,
        }).optional(),
        weights: option("--weights", string({ metavar: "FILE" }), {
          description: message`Weights to start from, in safetensors`,
        }).optional(),
        set: option("--set", string({ metavar: "KEY=VALUE" }), {
          description: message`Change a value of the configuration`,
        }).multiple(),
        resume: option("--resume", {
          description:
            message`Go on where the run in the folder for results was stopped, or add folds to it`,
        }),
        profile: option("--profile", {
          description:
            message`Say where a training step spends its time, and stop`,
        }),
      },
    },
    async (
      { data, out, folds: wanted, weights, set, resume, profile, ...given },
    ) => {
      const start = performance.now();
      const { config = data === undefined ? CONFIG : OWN_CONFIG } = given;
      const ofData = data === undefined
        ? []
        : [`data.path=${JSON.stringify(resolve(data))}`];
      const inOut = out === undefined
        ? []
        : [`training.path.out=${JSON.stringify(resolve(out))}`];
      const configuration = await readConfigurationFile(config, {
        set: [...set, ...ofData, ...inOut],
      });
      if (weights !== undefined && configuration.training.init === "live") {
        throw new Error(
          `Cannot start from "${weights}": training.init is live, which scales ` +
            "random weights; --set training.init=random leaves these as they are",
        );
      }
      using threads = new ReadThreads();
      const { validation } = program;
      const all = await openFolds(configuration, {
        validation,
        threads,
        onFound: print,
      });
      const folds = chooseFolds(all, {
        wanted,
        data: configuration.data !== undefined,
      });
      const initial = weights === undefined
        ? undefined
        : { path: weights, arrays: await readWeights(weights) };
      using device = await openPreferredDevice();
      if (profile) {
        console.log(await profileStep(folds[0], { device, configuration }));
        return;
      }
      const folder = configuration.training.path.out;
      using _lock = await lockFolder(folder);
      await removeUnfinished(folder);
      // Refuses a symbolic link before training, not at the end of the first
      // epoch.
      await findEventFiles(join(folder, LOGS_FOLDER));
      const results = new Results(folder, configuration);
      const run = { program: program.name, configuration, weights: initial };
      const identities = await identifyFolds(all, run);
      const checkpoints = resume
        ? await takeUp(folds, results, { identities, device })
        : await startAnew(results);
      const { name, software } = device.adapter;
      using pauses = new Pauses(configuration.training.checkpoint);
      print(`Training on ${name}${software ? ", software" : ""}`);
      const before = [...checkpoints.values()].map(({ position }) =>
        position.seconds
      );
      const earlier = Math.max(0, ...before);
      const elapsed = () => earlier + (performance.now() - start) / 1000;
      const status = new RunStatus(results, {
        program: program.name,
        adapter: device.adapter,
        folds: folds.map(({ number }) => number),
        epochs: configuration.training.epochs,
        resume: resumeCommand(program.name),
      }, elapsed);
      const warning = warnOfCount(configuration);
      if (warning !== undefined) {
        console.warn(`warning: ${warning}`);
        status.addAlarm({ fold: folds[0].number, epoch: 0, warning });
      }
      const summaries = await trainFolds(folds, {
        ...run,
        device,
        results,
        pauses,
        status,
        elapsed,
        checkpoints,
        identities,
      }).catch(async (error) => {
        await status.end("failed", error.message);
        throw error;
      });
      const done = withEarlier(summaries, checkpoints);
      const summary = summarise(done, program, {
        adapter: device.adapter,
        seconds: elapsed(),
      });
      await results.saveSummary(summary);
      await status.end("ended");
      for (const line of inWords(summary).split("\n")) print(line);
      print(`Results are in ${folder}`);
    },
  );
}

/** Adds the folds that earlier, resumed runs have finished. */
function withEarlier(
  summaries: readonly FoldSummary[],
  checkpoints: ReadonlyMap<number, Checkpoint>,
): FoldSummary[] {
  const earlier = [...checkpoints.values()].flatMap(({ position }) =>
    position.summary ?? []
  );
  const all = [...earlier, ...summaries].map((one) => [one.fold, one] as const);
  return [...new Map(all).values()].sort((a, b) => a.fold - b.fold);
}

function summarise(
  folds: readonly FoldSummary[],
  program: Program,
  run: Pick<RunSummary, "adapter" | "seconds">,
): RunSummary {
  const spread = (value: (fold: FoldSummary) => number | null) => {
    const values = folds.map(value).filter((v) => v !== null);
    return values.length === folds.length ? spreadOf(values) : null;
  };
  const valLoss = spread((fold) => fold.valLoss);
  return {
    program: program.name,
    ...run,
    folds,
    valLoss,
    valAccuracy: spread((fold) => fold.valAccuracy),
    testLoss: spread((fold) => fold.testLoss)!,
    testAccuracy: spread((fold) => fold.testAccuracy)!,
    optimistic: valLoss === null,
  };
}

/** Words losses and accuracies of each fold, and their mean over all folds. */
function inWords(summary: RunSummary): string {
  const percent = (fraction: number) => `${(fraction * 100).toFixed(2)} %`;
  const over = (set: string, loss: Spread | null, accuracy: Spread | null) =>
    loss && accuracy
      ? [
        `${set} loss ${loss.mean.toFixed(2)} +- ${loss.std.toFixed(2)}, ` +
        `accuracy ${(accuracy.mean * 100).toFixed(2)} +- ${
          percent(accuracy.std)
        }`,
      ]
      : [];
  return [
    ...summary.folds.map((fold) =>
      [
        `fold ${fold.fold}:`,
        ...(fold.valLoss === null || fold.valAccuracy === null ? [] : [
          `validation loss ${fold.valLoss.toFixed(2)},`,
          `accuracy ${percent(fold.valAccuracy)};`,
        ]),
        `test loss ${fold.testLoss.toFixed(2)},`,
        `accuracy ${percent(fold.testAccuracy)}`,
      ].join(" ")
    ),
    ...over("validation", summary.valLoss, summary.valAccuracy),
    ...over("test", summary.testLoss, summary.testAccuracy),
    ...(summary.optimistic
      ? ["Test figures are the best over all epochs, so they are optimistic."]
      : []),
  ].join("\n");
}

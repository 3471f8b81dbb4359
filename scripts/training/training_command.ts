/**
 * The command line of the two training programs, with and without validation.
 *
 * @module
 */

import { integer, message, option, string } from "npm:@optique/core@1.3.6";
import { counted } from "../../dataset/files/counted.ts";
import { ReadThreads } from "../../dataset/store/read_threads.ts";
import { Ranks } from "../../engine/distributed/ranks.ts";
import { runCommand } from "../command_line/command.ts";
import {
  CONFIGURATION_ARGUMENTS,
  type GivenConfiguration,
  readChosen,
} from "../command_line/configuration_arguments.ts";
import { print, printOnStderr, warn } from "../command_line/print.ts";
import { openPreferredDevice } from "../device/adapter.ts";
import { chooseCard, listCards } from "../device/cards.ts";
import { profileRanks } from "../device/profile_ranks.ts";
import { profileStep } from "../device/profile_step.ts";
import { chooseFolds } from "../experiment/choose_folds.ts";
import { openFolds } from "../experiment/folds.ts";
import { joinRanks, type Rank } from "../mpi/join_ranks.ts";
import {
  chooseCardOf,
  cutForRanks,
  warnOfSharedCards,
} from "../mpi/place_ranks.ts";
import type { RunSummary } from "../run/files.ts";
import { readWeights } from "../run/weights_file.ts";
import { trainRun } from "./train_run.ts";
import { trainSeeds } from "./train_seeds.ts";

/** A training program. */
export interface Program {
  readonly name: RunSummary["program"];
  /** The task that runs it. */
  readonly task: "train" | "train-test-only" | "distributed";
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
      name: `deno task ${program.task}`,
      summary: program.summary,
      examples: [
        `deno task ${program.task}`,
        `deno task ${program.task} --recipe modern --seeds 3`,
        `deno task ${program.task} --data gestures --set data.window=500ms`,
        `deno task ${program.task} --out output/slow ` +
        "--set training.lr=0.001",
        `deno task ${program.task} --resume`,
        `deno task ${program.task} --profile`,
      ],
      parameters: {
        ...CONFIGURATION_ARGUMENTS,
        out: option("--out", string({ metavar: "DIR" }), {
          description: message`Folder for results [training.path.out]`,
        }).optional(),
        folds: option("--folds", string({ metavar: "N,N" }), {
          description: message`Folds to run, counted from 1 [all]`,
        }).optional(),
        seeds: option("--seeds", integer({ metavar: "N", min: 1, max: 1000 }), {
          description:
            message`Number of seeds to train, from training.seed on, in folders seedN of DIR`,
        }).optional(),
        weights: option("--weights", string({ metavar: "FILE" }), {
          description: message`Weights to start from, in safetensors`,
        }).optional(),
        until: option("--until", integer({ metavar: "N", min: 1 }), {
          description:
            message`Pause, with a checkpoint, after this number of epochs of a fold`,
        }).optional(),
        resume: option("--resume", {
          description:
            message`Resume the run in the folder for results, or add folds or seeds to it`,
        }),
        profile: option("--profile", {
          description:
            message`Print where a training step spends its time, and stop`,
        }),
        json: option("--json", {
          description: message`Print the results as JSON, all else on stderr`,
        }),
        distributed: option("--distributed", {
          description:
            message`Share every batch among the processes that mpirun or srun started`,
        }),
        localSteps: option(
          "--local-steps",
          integer({ metavar: "K", min: 1 }),
          {
            description:
              message`Updates of each process by its own samples, before weights are averaged [training.local_steps]`,
          },
        ).optional(),
        gpu: option("--gpu", integer({ metavar: "K", min: 0, max: 1023 }), {
          description:
            message`Number of the GPU, from 0 [0; a rank's number on its machine]`,
        }).optional(),
      },
    },
    async ({ distributed, ...given }) => {
      const isRank = distributed || program.task === "distributed";
      if (isRank) await joinRanks((rank) => train(program, given, rank));
      else await train(program, given);
    },
  );
}

/** Arguments of a training program. */
interface TrainArguments extends GivenConfiguration {
  readonly out?: string;
  readonly folds?: string;
  readonly seeds?: number;
  readonly weights?: string;
  readonly until?: number;
  readonly resume: boolean;
  readonly profile: boolean;
  readonly json: boolean;
  readonly gpu?: number;
  readonly localSteps?: number;
}

/** Trains with the given arguments, alone or as one of several ranks. */
async function train(
  program: Program,
  args: TrainArguments,
  rank?: Rank,
): Promise<void> {
  const { folds: wanted, seeds, weights, until, resume } = args;
  const { profile, json, gpu } = args;
  const start = performance.now();
  const ranks = rank?.ranks ?? new Ranks();
  const prints = ranks.rank === 0;
  if (json && prints) printOnStderr();
  const chosen = await readChosen(args, { more: valuesOf(args) });
  const configuration = rank
    ? cutForRanks(chosen.configuration, ranks)
    : chosen.configuration;
  if (weights !== undefined && configuration.training.init === "live") {
    throw new Error(
      `Cannot start from "${weights}": training.init is live, which scales ` +
        "random weights; --set training.init=random leaves these as they are",
    );
  }
  if (!rank && configuration.training.local_steps !== undefined) {
    throw new Error(
      "Cannot train with training.local_steps: it needs --distributed",
    );
  }
  using threads = new ReadThreads();
  const { validation } = program;
  const all = await openFolds(configuration, {
    validation,
    threads,
    onFound: print,
    onDoubt: warn,
  });
  const folds = chooseFolds(all, {
    wanted,
    data: configuration.data !== undefined,
  });
  if (
    until !== undefined && (rank || folds.length > 1 || seeds !== undefined)
  ) {
    throw new RangeError(
      `Cannot pause after ${counted(until, "epoch")}: a pause is for one ` +
        (rank
          ? "process, without --distributed"
          : "fold and one seed, such as --folds 1"),
    );
  }
  const initial = weights === undefined
    ? undefined
    : { path: weights, arrays: await readWeights(weights) };
  const card = rank ? chooseCardOf(rank, gpu) : chooseCard(listCards(), gpu);
  using device = await openPreferredDevice();
  if (rank) await warnOfSharedCards(rank, device.adapter, card);
  if (chosen.recipe === "modern" && device.adapter.software) {
    print("Without a GPU modern is slow: --recipe small is made for a CPU");
  }
  if (profile) {
    const context = { device, configuration, ranks };
    const table = rank
      ? await profileRanks(folds[0], context)
      : await profileStep(folds[0], context);
    if (prints) console.log(table);
    return;
  }
  const run = {
    program: program.name,
    task: program.task,
    device,
    ranks,
    watch: rank?.watch,
    isStopped: rank?.isStopped,
    all,
    folds,
    weights: initial,
    resume,
    until,
    start,
  };
  const summary = seeds === undefined
    ? await trainRun(configuration, run)
    : await trainSeeds(configuration, { ...run, seeds });
  if (json && prints) console.log(JSON.stringify(summary));
}

/** Settings of the configuration that have options of their own. */
function valuesOf({ out, localSteps }: TrainArguments): string[] {
  return [
    ...(out === undefined ? [] : [`training.path.out=${JSON.stringify(out)}`]),
    ...(localSteps === undefined ? [] : [`training.local_steps=${localSteps}`]),
  ];
}

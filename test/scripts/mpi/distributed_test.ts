import assert from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "../../fixtures/gpu.ts";
import { temporaryFolder } from "../../fixtures/temporary_folder.ts";
import { outcomeOf, start } from "../run/resume_runs.ts";
import { prepareSigns, train } from "../training/train_runs.ts";
import { findRank, launch, type Library, MPI } from "./launch.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const inFolder = (...names: string[]) => join(folder.path, ...names);

const config = MPI ? await prepareSigns(folder.path) : "";

/** Arguments for a network that runs at once, and for units. */
const NETWORKS = {
  SLAYER: [
    ...["--config", config],
    ...setAll(
      "training.shuffle=True",
      "training.augmentation={flip_x: 0.5, drop: 0.1}",
      "training.clip=50",
      "simulation.tSample=1000",
      "network=[{pool: 8}, {conv: {out: 2, kernel: 3}}, {dense: 19}]",
    ),
  ],
  units: [
    ...["--recipe", "small"],
    ...setAll(
      `training.path.data=${inFolder("data")}`,
      `training.path.file_list=${inFolder("data", "filelist.txt")}`,
      "training.updates=1",
      "training.ema=0.9",
      "input.size=16",
    ),
  ],
};

type Network = keyof typeof NETWORKS;

function setAll(...values: readonly string[]): string[] {
  return values.flatMap((value) => ["--set", value]);
}

/** Arguments of a run, in four parts. */
function argsFor(out: string, network: Network, ...set: string[]): string[] {
  return [
    ...NETWORKS[network],
    ...setAll("training.epochs=2", "training.parts=4"),
    ...setAll("training.checkpoint={batches: 1}", ...set),
    ...["--out", inFolder(out), "--folds", "1"],
  ];
}

const wholes = new Map<Network, ReturnType<typeof outcomeOf>>();

/** What a run of one process leads to. */
function whole(network: Network): ReturnType<typeof outcomeOf> {
  const known = wholes.get(network);
  if (known) return known;
  const run = train("train", ...argsFor(network, network))
    .then(() => outcomeOf(inFolder(network)));
  wholes.set(network, run);
  return run;
}

/** Lines end with one character; the terminal that Open MPI gives adds one. */
function plainLines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/** Runs to the end. */
async function run(library: Library, ranks: number, args: string[]) {
  const { process, output } = launch(library, ranks, args);
  const { code } = await process.status;
  const said = plainLines(await output());
  return { code, said };
}

/** Registers a test that starts ranks, if they are asked for. */
function mpiTest(name: string, test: () => Promise<void>): void {
  if (MPI) gpuTest(name, test);
}

for (
  const [library, ranks, network] of [
    ["Open MPI", 2, "SLAYER"],
    ["MPICH", 4, "SLAYER"],
    ["MPICH", 1, "SLAYER"],
    ["Open MPI", 4, "units"],
    ["MPICH", 2, "units"],
  ] as const
) {
  mpiTest(
    `${ranks} ranks of ${library} train ${network} in the bits of one process`,
    async () => {
      const out = `${network}${ranks}${library}`;
      const { code, said } = await run(library, ranks, argsFor(out, network));
      assert.equal(code, 0, said);
      assert.deepEqual(await outcomeOf(inFolder(out)), await whole(network));
      // The first rank alone prints.
      assert.equal(said.match(/^Training on /gm)!.length, 1, said);
    },
  );
}

mpiTest("a killed rank ends all, and other ranks go on", async () => {
  const args = argsFor("killed", "SLAYER");
  const killed = launch("Open MPI", 3, args);
  const rank = await findRank(inFolder("killed"), 1);
  await killed.printed("fold 1 epoch 0");
  Deno.kill(rank, "SIGKILL");
  assert.notEqual((await killed.process.status).code, 0);
  const said = plainLines(await killed.output());
  assert.match(
    said,
    /^error: Cannot go on: (another rank|rank 1) has ended; --resume goes on from the last checkpoint$/m,
  );
  // Open MPI's launcher frames what it has to say.
  assert.doesNotMatch(said, /^-{10}/m);
  const resumed = await run("MPICH", 2, [...args, "--resume"]);
  assert.equal(resumed.code, 0, resumed.said);
  assert.match(
    resumed.said,
    /^.*[Gg]oing on from fold 1 epoch \d+ batch \d+$/m,
  );
  assert.deepEqual(await outcomeOf(inFolder("killed")), await whole("SLAYER"));
});

mpiTest("a killed rank of MPICH ends all, and other ranks go on", async () => {
  const args = argsFor("mpich", "units");
  const killed = launch("MPICH", 2, args);
  const rank = await findRank(inFolder("mpich"), 1);
  await killed.printed("fold 1 epoch 0");
  Deno.kill(rank, "SIGKILL");
  assert.notEqual((await killed.process.status).code, 0);
  const resumed = await run("Open MPI", 3, [...args, "--resume"]);
  assert.equal(resumed.code, 0, resumed.said);
  assert.deepEqual(await outcomeOf(inFolder("mpich")), await whole("units"));
});

mpiTest("rank 0 that is killed is named by another", async () => {
  const args = argsFor("gone", "SLAYER", "training.epochs=1000");
  const left = launch("Open MPI", 2, args);
  const rank = await findRank(inFolder("gone"), 0);
  await left.printed("fold 1 epoch 1 ");
  Deno.kill(rank, "SIGKILL");
  assert.notEqual((await left.process.status).code, 0);
  const said = plainLines(await left.output());
  assert.deepEqual(said.match(/^error: .+$/gm), [
    "error: rank 1: Cannot go on: rank 0 has ended; --resume goes on from the " +
    "last checkpoint",
  ], said);
});

mpiTest(
  "a rank that is asked to stop stops all with a checkpoint",
  async () => {
    const args = argsFor("stopped", "units");
    const stopped = launch("MPICH", 3, args);
    const rank = await findRank(inFolder("stopped"), 2);
    await stopped.printed("Training on");
    Deno.kill(rank, "SIGTERM");
    // Launchers have exit statuses of their own.
    assert.notEqual((await stopped.process.status).code, 0);
    const said = await stopped.output();
    assert.match(
      said,
      /^Stopped, to go on with: mpirun -n 3 deno task distributed .+ --resume$/m,
    );
    await train("train", ...args, "--resume");
    assert.deepEqual(
      await outcomeOf(inFolder("stopped")),
      await whole("units"),
    );
  },
);

mpiTest("ranks train apart in the same bits each time", async () => {
  const outcomes = [];
  for (const out of ["apart", "again"]) {
    const args = [...argsFor(out, "units"), "--local-steps", "2"];
    const { code, said } = await run("Open MPI", 2, args);
    assert.equal(code, 0, said);
    outcomes.push(await outcomeOf(inFolder(out)));
  }
  assert.deepEqual(outcomes[1], outcomes[0]);
  assert.notDeepEqual(outcomes[0].weights, (await whole("units")).weights);
  const args = [...argsFor("apart", "units"), "--local-steps", "2"];
  const { said } = await run("MPICH", 1, [...args, "--resume"]);
  assert.match(said, /^error: .+: its number of ranks is 2, expected 1/m);
});

mpiTest("a step that ranks share says where its time goes", async () => {
  const args = [...argsFor("profile", "SLAYER"), "--profile"];
  const { code, said } = await run("MPICH", 2, args);
  assert.equal(code, 0, said);
  assert.match(said, /^One step of 8 samples on 2 ranks, /m);
  for (
    const name of ["computing", "read-back", "upload", "MPI", "waiting", "all"]
  ) {
    assert.match(said, new RegExp(`^${name}\\b.* %$`, "m"));
  }
});

mpiTest("usage is said once, and nothing else", async () => {
  for (const library of ["Open MPI", "MPICH"] as const) {
    const wrong = await run(library, 3, ["--nonsense"]);
    assert.notEqual(wrong.code, 0);
    assert.equal(wrong.said.match(/^error: .+--nonsense/gm)?.length, 1);
  }
});

mpiTest("a launcher that is cut off is named in one line", async () => {
  const args = ["task", "-q", "distributed"];
  const wrapped = start("mpiexec.hydra", [
    ...["-n", "2", "sh", "-c", 'exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-; "$@"'],
    ...["sh", Deno.execPath(), ...args],
  ]);
  assert.equal((await wrapped.process.status).code, 1);
  assert.match(
    await wrapped.output(),
    /^error: Cannot join ranks: MPICH's launcher has gone, .+ deno itself\n$/,
  );
});

mpiTest("ranks that cannot share batches are refused in one line", async () => {
  for (
    const [set, problem] of [
      [
        "training.parts=2",
        "Cannot share 2 parts of a batch among 3 ranks: " +
        "--set training.parts=3 makes as many",
      ],
      [
        "simulation.nSample=2",
        "Cannot share batches of 2 among 3 ranks: " +
        "--set simulation.nSample=N makes them larger",
      ],
    ]
  ) {
    const args = argsFor("refused", "SLAYER", set);
    const { code, said } = await run("Open MPI", 3, args);
    assert.equal(code, 1);
    assert.deepEqual(said.match(/^error: .+/gm), [`error: ${problem}`], said);
  }
});

import assert from "node:assert/strict";
import { readChosen } from "../../../../scripts/command_line/configuration_arguments.ts";
import { openFolds } from "../../../../scripts/experiment/folds.ts";
import { openData } from "../../../../scripts/experiment/samples.ts";
import {
  findTraining,
  type Training,
} from "../../../../scripts/views/inspection/train_command.ts";
import {
  recordingText,
  withFiles,
} from "../../../dataset/layouts/recordings.ts";

const TEXT = recordingText({ events: 60, everyMs: 10, x: 2 });
const LONG = recordingText({ events: 60, everyMs: 20, x: 3 });
const [OTHER, ANOTHER, THIRD] = [61, 62, 63].map((events) =>
  recordingText({ events, everyMs: 10, x: 4 })
);

/** Says how one trains on these files. */
async function trainingOn(
  files: Readonly<Record<string, string>>,
  check: (training: Training, folder: string) => void,
): Promise<void> {
  await withFiles(files, async (folder) => {
    let hasUnreadable = false;
    const open = (window?: number) =>
      openData({ path: folder, window, overlap: 0 }, {
        onUnreadable: () => hasUnreadable = true,
      });
    const samples = await open();
    const training = await findTraining({
      path: folder,
      samples,
      hasUnreadable,
      settings: [],
      cut: open,
    });
    check(training, folder);
    if (training.command !== null) await openAsPrinted(training.command);
  });
}

/** Opens the data of a command as the task would, with the words it prints. */
async function openAsPrinted(command: string): Promise<void> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `printf '%s\\n' ${command}`],
  }).output();
  const words = new TextDecoder().decode(stdout).trimEnd().split("\n");
  assert.deepEqual(words.slice(0, 4), ["deno", "task", "train", "--data"]);
  const { configuration } = await readChosen({
    data: words[4],
    set: words.slice(5).filter((word) => word !== "--set"),
    config: undefined,
    recipe: undefined,
  });
  const [{ train, test }] = await openFolds(configuration, {
    validation: true,
  });
  assert(train.size > 0 && test.size > 0);
}

Deno.test("a command that trains leaves out what cannot be read", () =>
  trainingOn({
    "clap/1.csv": TEXT,
    "clap/2.csv": LONG,
    "clap/it's.raw": "neither",
    "wave/1.csv": OTHER,
    "wave/2.csv": ANOTHER,
  }, ({ command, notes }, folder) => {
    assert.equal(
      command,
      `deno task train --data ${folder} --set ` +
        `'data.skip=["clap/it'\\''s.raw"]'`,
    );
    assert.deepEqual(notes, [
      "this leaves out 1 recording that cannot be read",
    ]);
  }));

Deno.test("a command that trains leaves out what has no events", () =>
  trainingOn({
    "clap/1.csv": TEXT,
    "clap/2.csv": LONG,
    "clap/3.csv": "t_s,x,y,p\n",
    "wave/1.csv": OTHER,
    "wave/2.csv": ANOTHER,
    "wave/3.csv": "",
  }, ({ command, notes }, folder) => {
    assert.equal(
      command,
      `deno task train --data ${folder} --set ` +
        `'data.skip=["wave/3.csv","clap/3.csv"]'`,
    );
    assert.deepEqual(notes, [
      "this leaves out 1 recording that cannot be read",
      "this leaves out 1 recording without events",
    ]);
  }));

Deno.test("a command that trains leaves out a class of a single recording", () =>
  trainingOn({
    "clap/1.csv": TEXT,
    "clap/2.csv": LONG,
    "nod/1.csv": THIRD,
    "wave/1.csv": OTHER,
    "wave/2.csv": ANOTHER,
  }, ({ command, notes }, folder) => {
    assert.equal(
      command,
      `deno task train --data ${folder} --set ` +
        `'data.classes=["clap","wave"]'`,
    );
    assert.match(notes.join(), /classes of a single recording/);
  }));

Deno.test("a command that trains cuts single recordings into windows", () =>
  trainingOn(
    { "clap/1.csv": TEXT, "wave/1.csv": LONG },
    ({ command, notes }, folder) => {
      assert.equal(
        command,
        `deno task train --data ${folder} --set data.window=100ms`,
      );
      assert.match(notes.join(), /cuts recordings into windows/);
    },
  ));

Deno.test("a command that trains leaves out all but one of copies, and those for training", () =>
  trainingOn({
    "train/clap/1.csv": TEXT,
    "train/clap/2.csv": recordingText({ events: 7 }),
    "train/wave/1.csv": LONG,
    "test/clap/3.csv": TEXT,
    "test/wave/2.csv": recordingText({ events: 8 }),
  }, ({ command, notes }, folder) => {
    assert.equal(
      command,
      `deno task train --data ${folder} --set ` +
        `'data.skip=["train/clap/1.csv"]'`,
    );
    assert.deepEqual(notes, [
      "this leaves out 1 recording with the events of another",
    ]);
  }));

Deno.test("a command that trains leaves out copies of two classes", () =>
  trainingOn(
    {
      "clap/1.csv": TEXT,
      "clap/2.csv": recordingText({ events: 7 }),
      "clap/3.csv": recordingText({ events: 8 }),
      "wave/1.csv": TEXT,
      "wave/2.csv": LONG,
      "wave/3.csv": recordingText({ events: 9 }),
    },
    ({ command }) =>
      assert.match(command!, /data\.skip=\["clap\/1\.csv","wave\/1\.csv"\]'$/),
  ));

Deno.test("words that may be the classes are named if there is one class", () =>
  trainingOn({
    "all/clap_1.csv": TEXT,
    "all/clap_2.csv": LONG,
    "all/wave_1.csv": recordingText({ events: 7 }),
    "all/wave_2.csv": recordingText({ events: 8 }),
  }, ({ command, notes }, folder) => {
    assert.equal(command, null);
    assert.deepEqual(notes, [
      "there is only class all",
      `to take clap, wave as classes: deno task train --data ${folder} --set ` +
      "'data.class=([^/_]+)_[^/]*$'",
    ]);
  }));

Deno.test("where no command trains, it is said why", async () => {
  await trainingOn(
    { "clap/1.csv": TEXT, "clap/2.csv": LONG },
    (training) =>
      assert.deepEqual(training, {
        command: null,
        notes: ["there is only class clap"],
      }),
  );
  const short = recordingText({ events: 3, everyMs: 1, x: 2 });
  await trainingOn(
    { "clap/1.csv": short, "wave/1.csv": recordingText({ everyMs: 1, x: 3 }) },
    (training) =>
      assert.deepEqual(training, {
        command: null,
        notes: [
          'Cannot train and test with recording "clap/1.csv": it is the only ' +
          "one of its class, and was not cut into windows",
        ],
      }),
  );
});

Deno.test("windows that would overlap those for test are counted by inspect and train", () => {
  const files = { "clap/1.csv": TEXT, "wave/1.csv": LONG };
  return withFiles(files, async (path) => {
    const settings = ["window=100ms", "overlap=50ms", "group=none"]
      .map((setting) => `data.${setting}`);
    const { configuration } = await readChosen({
      data: path,
      set: settings,
      config: undefined,
      recipe: undefined,
    });
    const { command, notes } = await findTraining({
      path,
      samples: await openData(configuration.data!),
      hasUnreadable: false,
      division: { inTime: true },
      settings,
      cut: () => Promise.reject(new Error("it is cut already")),
    });
    assert(command?.endsWith("--set data.group=none"), `${command}`);
    const overlaps =
      "without 4 windows that would overlap those for validation or test";
    assert.deepEqual(notes, [`this trains ${overlaps}`]);
    let found = "";
    await openFolds(configuration, {
      validation: true,
      onFound: (line) => found = line,
    });
    assert(found.endsWith(`20 % for test, in time, ${overlaps}`), found);
  });
});

Deno.test("a command divides in time what is to be so", () => {
  const files = {
    "clap/1.csv": TEXT,
    "clap/2.csv": LONG,
    "wave/1.csv": OTHER,
    "wave/2.csv": ANOTHER,
  };
  return withFiles(files, async (path) => {
    const open = (window?: number) => openData({ path, window, overlap: 0 });
    const { command, notes } = await findTraining({
      path,
      samples: await open(),
      hasUnreadable: false,
      division: { inTime: true },
      settings: ["data.group=none"],
      cut: open,
    });
    assert.equal(
      command,
      `deno task train --data ${path} --set data.group=none --set ` +
        "data.window=100ms",
    );
    assert.deepEqual(notes, [
      "this cuts recordings into windows, of which the last are for test",
    ]);
    await openAsPrinted(command!);
  });
});

Deno.test("a store that cannot be divided is trained on by no command", async () => {
  const files = { "clap/1.csv": TEXT, "wave/1.csv": LONG };
  await withFiles(files, async (path) => {
    const samples = await openData({ path, overlap: 0 });
    const { command, notes } = await findTraining({
      path,
      samples: Object.assign(samples, { layout: "store" }),
      hasUnreadable: false,
      settings: [],
      cut: () => Promise.reject(new Error("it is cut already")),
    });
    assert.equal(command, null);
    assert.match(notes.join(), /it is the only one of its class/);
  });
});

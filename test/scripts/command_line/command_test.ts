import assert from "node:assert/strict";
import { type Outcome, runScript } from "../../fixtures/run_script.ts";

/** Runs a command that takes every kind of argument and prints them. */
async function runSample(...args: string[]): Promise<Outcome> {
  const commandLine = import.meta.resolve(
    "../../../scripts/command_line/command.ts",
  );
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    path,
    `import { runCommand } from ${JSON.stringify(commandLine)};
    import {
      argument, choice, integer, message, option, string,
    } from "npm:@optique/core@1.3.6";
    await runCommand({
      name: "sample",
      summary: "Prints its arguments.",
      examples: ["sample FILE --set a=1", "sample FILE --mode fast"],
      parameters: {
        file: argument(string({ metavar: "FILE" }), {
          description: message\`What to read\`,
        }),
        number: option("--number", integer({ metavar: "N", min: 1, max: 5 }), {
          description: message\`How many\`,
        }).optional(),
        mode: option(
          "--mode",
          choice(["slow", "fast"], { metavar: "slow|fast" }),
          { description: message\`How fast\` },
        ).withDefault("slow"),
        set: option("--set", string({ metavar: "KEY=VALUE" }), {
          description: message\`What to set\`,
        }).multiple(),
        dry: option("--dry", { description: message\`Only say so\` }),
      },
    }, (args) => {
      if (args.file === "bad") throw new Error("Cannot read\\n  the file");
      if (args.file === "stray") Promise.reject(new Error("Nobody waits"));
      else console.log(JSON.stringify(args));
    });`,
  );
  try {
    return await runScript(path, args);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("runCommand() hands on what was given", async () => {
  const few = await runSample("a.txt");
  assert.deepEqual(JSON.parse(few.stdout), {
    file: "a.txt",
    mode: "slow",
    set: [],
    dry: false,
  });
  const all = await runSample(
    ...["--number", "5", "--mode=fast", "--set", "a=1", "--dry"],
    ...["--set", "b=2", "--", "--file"],
  );
  assert.deepEqual(JSON.parse(all.stdout), {
    file: "--file",
    number: 5,
    mode: "fast",
    set: ["a=1", "b=2"],
    dry: true,
  });
  assert.deepEqual([all.code, all.stderr], [0, ""]);
});

Deno.test("runCommand() refuses wrong usage in one line, with code 2", async () => {
  const cases: [string[], RegExp][] = [
    [[], /^error: Expected sample .*FILE/],
    [["--dry"], /^error: Expected a FILE, but too few arguments/],
    [["a", "b"], /Unexpected option or argument: b/],
    [["a", "--numbr", "2"], /--numbr\. Did you mean --number\?/],
    [["a", "--number"], /--number requires N/],
    [["a", "--number", "2.5"], /--number: Expected .* got 2\.5/],
    [["a", "--number", "6"], /--number: Expected .* equal to 5, but got 6/],
    [["a", "--mode", "x"], /--mode: Expected one of slow and fast, but got x/],
    [["a", "--dry=1"], /--dry is a Boolean flag/],
  ];
  await Promise.all(cases.map(async ([args, expected]) => {
    const { code, stdout, stderr } = await runSample(...args);
    assert.equal(code, 2);
    assert.equal(stdout, "");
    assert.match(stderr, expected);
    assert.match(stderr, /^[^\n]+ \(--help shows how it is used\)\n$/);
  }));
});

Deno.test("runCommand() names the task that an unknown option is called after", async () => {
  const { code, stderr } = await runSample("a", "--follow");
  assert.deepEqual([code, stderr], [
    2,
    "error: Unexpected option or argument: --follow (deno task follow is a " +
    "task of its own)\n",
  ]);
});

Deno.test("runCommand() reports an error in one line, with code 1", async () => {
  const bad = await runSample("bad");
  assert.deepEqual(bad, {
    code: 1,
    stdout: "",
    stderr: "error: Cannot read the file\n",
  });
  const stray = await runSample("stray");
  assert.deepEqual(stray, {
    code: 1,
    stdout: "",
    stderr: "error: Nobody waits\n",
  });
});

Deno.test("runCommand() shows where an error came from if asked", async () => {
  const { code, stderr } = await runSample("bad", "--verbose");
  assert.equal(code, 1);
  assert.match(stderr, /^Error: Cannot read\n.*\n\s+at file:.*\.ts:\d+/);
});

Deno.test("runCommand() helps with all there is to know", async () => {
  for (const name of ["--help", "-h"]) {
    const { code, stdout, stderr } = await runSample(name);
    assert.deepEqual([code, stderr], [0, ""]);
    for (
      const expected of [
        /^Prints its arguments\.\nUsage: sample /,
        /^ {2}FILE +What to read$/m,
        /^ {2}--number N +How many$/m,
        /^ {2}--mode slow\|fast +How fast \[slow\]$/m,
        /^ {2}--set KEY=VALUE +What to set$/m,
        /^ {2}--dry +Only say so$/m,
        /^ {2}--verbose +/m,
        /^Examples:\n {2}sample FILE --set a=1\n {2}sample FILE --mode fast$/m,
      ]
    ) assert.match(stdout, expected);
  }
});

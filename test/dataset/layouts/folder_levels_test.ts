import assert from "node:assert/strict";
import { labelPaths } from "../../../dataset/layouts/folders.ts";

const PEOPLE = ["ann", "bob", "cleo"];
const SIGNS = ["clap", "nod", "wave"];

/** Paths of two takes of every sign by every person. */
function pathsOf(
  path: (facts: { who: string; i: number; sign: string }) => string,
): string[] {
  return PEOPLE.flatMap((who, i) =>
    SIGNS.flatMap((sign) =>
      [1, 2].map((take) => `${path({ who, i: i + 1, sign })}/${take}.csv`)
    )
  );
}

/** Says which names are taken as classes, groups, sets and other classes. */
function found(paths: readonly string[], classes?: readonly string[]) {
  const { samples, left, guessed } = labelPaths(paths, { classes });
  const other = guessed?.otherClasses;
  const names = (key: "label" | "group" | "set") =>
    [...new Set(samples.map((sample) => sample[key] ?? "-"))].sort().join();
  return {
    classes: names("label"),
    groups: names("group"),
    sets: names("set"),
    left: left.length,
    other: other && `${other.pattern} ${other.names}`,
  };
}

/** What is found of signs by people whom folders tell. */
const SURE = {
  classes: "clap,nod,wave",
  groups: "ann,bob,cleo",
  sets: "-",
  left: 0,
  other: undefined,
};

Deno.test("names of people, days and classes tell the level of the classes", () => {
  const groups = "subject01,subject02,subject03";
  const wanted = { ...SURE, groups };
  assert.deepEqual(found(pathsOf(({ i, sign }) => `subject0${i}/${sign}`)), {
    ...wanted,
  });
  assert.deepEqual(
    found(pathsOf(({ i, sign }) => `day${i % 2}/subject0${i}/${sign}`)),
    wanted,
  );
  assert.deepEqual(
    found(pathsOf(({ i, sign }) => `${sign}/day${i % 2}/subject0${i}`)),
    // Words above may be those of a place, but these are classes.
    wanted,
  );
  const dates = found(pathsOf(({ i, sign }) => `2024-05-0${i}/${sign}`));
  assert.equal(dates.classes, SURE.classes);
  assert.equal(dates.groups, "2024-05-01,2024-05-02,2024-05-03");
  assert.deepEqual(
    found(pathsOf(({ who, sign }) => `${who}/gesture_${sign}`)).classes,
    "gesture_clap,gesture_nod,gesture_wave",
  );
});

Deno.test("words are classes rather than numbers and codes, which is doubtful", () => {
  assert.deepEqual(found(pathsOf(({ i, sign }) => `0${i}/${sign}`)), {
    ...SURE,
    groups: "01,02,03",
    other: "^([^/]+)/ 01,02,03",
  });
  assert.deepEqual(found(pathsOf(({ i, sign }) => `P${i}/${sign}`)), {
    ...SURE,
    groups: "P1,P2,P3",
    other: "^([^/]+)/ P1,P2,P3",
  });
  const both = found(pathsOf(({ i, sign }) => `s${sign.length}/p${i}`));
  assert.equal(both.classes, "s3,s4");
  const digits = Array.from({ length: 10 }, (_, n) => `${n}`).flatMap((digit) =>
    PEOPLE.map((who) => `${digit}/${who}/1.csv`)
  );
  assert.equal(found(digits).classes, "0,1,2,3,4,5,6,7,8,9");
  assert.equal(found(digits).other, undefined);
});

Deno.test("where names tell nothing, the upper level has the classes, which is doubtful", () => {
  assert.deepEqual(found(pathsOf(({ who, sign }) => `${sign}/${who}`)), {
    ...SURE,
    other: "/([^/]+)/ ann,bob,cleo",
  });
  assert.deepEqual(found(pathsOf(({ who, sign }) => `x/${sign}/${who}`)), {
    ...SURE,
    other: "^(?:[^/]+/){2}([^/]+)/ ann,bob,cleo",
  });
});

Deno.test("a single folder that holds folders of classes is none", () => {
  const insideOf = (paths: readonly string[]) => {
    const { samples, guessed } = labelPaths(paths);
    const names = (key: "label" | "group") =>
      [...new Set(samples.map((sample) => sample[key] ?? "-"))].join();
    return [names("label"), names("group"), guessed?.inside ?? "-"].join(" ");
  };
  assert.equal(
    insideOf(["all/clap/1.csv", "all/wave/1.csv"]),
    "clap,wave - all",
  );
  assert.equal(
    insideOf(pathsOf(({ sign }) => `a/b/${sign}`)),
    "clap,nod,wave - b",
  );
  assert.equal(
    insideOf(pathsOf(({ sign, i }) => `all/train/${sign}/user${i}`)),
    "clap,nod,wave user1,user2,user3 all",
  );
  // Clearly classes, people or recordings.
  assert.equal(insideOf(["wave/1.csv", "wave/2.csv"]), "wave - -");
  assert.equal(
    insideOf(pathsOf(({ who }) => `gesture5/${who}`)),
    "gesture5 ann,bob,cleo -",
  );
  assert.equal(
    insideOf(pathsOf(({ sign }) => `user01/${sign}`)),
    "clap,nod,wave user01 -",
  );
  assert.equal(
    insideOf(["wave/bag_1/x.db3", "wave/bag_2/y.db3"]),
    "wave - -",
  );
  assert.equal(
    found(pathsOf(({ i }) => `all/P${i}`)).other,
    "/([^/]+)/ P1,P2,P3",
  );
});

Deno.test("a level whose names are in training and in test has the classes", () => {
  const set = (i: number) => i < 3 ? "train" : "test";
  assert.deepEqual(
    found(pathsOf(({ who, i, sign }) => `${set(i)}/${who}/${sign}`)),
    { ...SURE, sets: "test,train" },
  );
  // With the same people in both sets, neither level is surer.
  const both = PEOPLE.flatMap((who) =>
    SIGNS.flatMap((sign) =>
      ["train", "test"].map((set) => `${set}/${who}/${sign}/1.csv`)
    )
  );
  assert.equal(found(both).other, "^(?:[^/]+/){2}([^/]+)/ clap,nod,wave");
});

Deno.test("classes that are asked for tell their level, also some of them", () => {
  const paths = pathsOf(({ who, sign }) => `${who}/${sign}`);
  assert.deepEqual(found(paths, ["nod", "wave"]), SURE);
  assert.equal(found(paths, ["ann", "bob"]).classes, "ann,bob,cleo");
});

Deno.test("recordings beside the folders of classes do not move these", () => {
  const paths = pathsOf(({ i, sign }) => `subject0${i}/${sign}`);
  const { classes, left } = found(["1.csv", "subject01/2.csv", ...paths]);
  assert.deepEqual([classes, left], [SURE.classes, 2]);
  const words = pathsOf(({ who, sign }) => `${who}/${sign}`);
  assert.equal(
    found(["ann/2.csv", ...words]).other,
    "/([^/]+)/ clap,nod,wave",
  );
});

Deno.test("people alone are no classes, nor are codes that may be people", () => {
  const codes = pathsOf(({ i }) => `P${i}`);
  assert.deepEqual(found(codes), {
    classes: "",
    groups: "",
    sets: "",
    left: codes.length,
    other: "^([^/]+)/ P1,P2,P3",
  });
  assert.equal(found(pathsOf(({ i }) => `P${i}/day1`)).classes, "");
  assert.equal(found(codes, ["P1", "P3"]).classes, "P1,P2,P3");
  assert.equal(found(pathsOf(({ i }) => `S${i}`)).classes, "S1,S2,S3");
  // Codes in training and in test are more likely classes.
  const split = ["train", "test"].flatMap((set) =>
    codes.map((path) => `${set}/${path}`)
  );
  assert.equal(found(split).classes, "P1,P2,P3");
  assert.equal(found(pathsOf(({ i }) => `user0${i}`)).classes, "");
  assert.equal(found(pathsOf(({ i }) => `user0${i}/day1`)).classes, "");
});

Deno.test("a pattern gives classes, and other folders the groups", () => {
  const labelled = (paths: readonly string[], pattern: RegExp) =>
    labelPaths(paths, { class: pattern });
  const { samples, guessed } = labelled(
    pathsOf(({ who, sign }) => `${who}/${sign}`),
    /\/([^/]+)\//,
  );
  assert.deepEqual(samples[0], {
    recording: "ann/clap/1.csv",
    label: "clap",
    set: undefined,
    group: "ann",
  });
  assert.equal(guessed?.otherClasses, undefined);
  const flat = labelled(
    ["wave_user3.csv", "clap_user4.csv", "x.csv"],
    /^(.+)_/,
  );
  assert.deepEqual(flat.samples.map(({ label, group }) => [label, group]), [
    ["wave", "user3"],
    ["clap", "user4"],
  ]);
  assert.deepEqual(flat.left, ["x.csv"]);
});

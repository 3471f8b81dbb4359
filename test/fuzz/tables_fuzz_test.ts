import assert from "node:assert/strict";
import { join } from "node:path";
import { DatasetError } from "../../dataset/errors.ts";
import { readNmnistList } from "../../dataset/nmnist.ts";
import {
  readClasses,
  readFileList,
  readTags,
} from "../../dataset/sl_animals.ts";
import { temporaryFolder } from "../temporary_folder.ts";
import { fuzzTest } from "./fuzz.ts";
import { mutated } from "./mutations.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const path = join(folder.path, "table.csv");
const encode = (text: string) => new TextEncoder().encode(text);

const TOKENS = [
  ...[",", "\n", "\r", "\r\n", '"', '""', "#", "\t", " ", ";", "\ufeff"],
  ...["class", "startTime_ev", "1e9", "-1", "0x10", "99999999999999999999"],
  ...["user00_indoor", "user01_dc", "../x", "__proto__", "\u0000", "٣"],
];

fuzzTest("tags in CSV", {
  share: 0.1,
  inputs: mutated(
    [
      "class,startTime_ev,endTime_ev\n1,0,10\n2,10,30\n3,31,90\n",
      "\ufeffendTime_ev,class,x,startTime_ev\r\n10,1,,0\r\n30,2,,10\r\n90,3,,31",
    ].map(encode),
    TOKENS,
  ),
  refusal: DatasetError,
  async read(bytes) {
    await Deno.writeFile(path, bytes);
    const tags = await readTags(path, ["cat", "dog", "cow"]);
    assert.deepEqual(tags.map(({ label }) => label), [0, 1, 2]);
    assert(tags.every(({ start, end }) => start >= 0 && end > start));
  },
});

fuzzTest("classes in CSV", {
  share: 0.06,
  inputs: mutated(
    ["class,class Def\n1,cat\n2,dog\n3,cow\n"].map(encode),
    TOKENS,
  ),
  refusal: DatasetError,
  async read(bytes) {
    await Deno.writeFile(path, bytes);
    const classes = await readClasses(path);
    assert.equal(new Set(classes).size, classes.length);
    assert(!classes.includes(""));
  },
});

fuzzTest("a list of recordings", {
  share: 0.05,
  inputs: mutated(
    ["user00_indoor\nuser18_sunlight\r\n\nuser25_imse\nuser35_dc"].map(encode),
    TOKENS,
  ),
  refusal: DatasetError,
  async read(bytes) {
    await Deno.writeFile(path, bytes);
    const names = await readFileList(path);
    assert(names.every((name) => /^\w+$/.test(name)));
    assert.equal(new Set(names).size, names.length);
  },
});

fuzzTest("a list of digits", {
  share: 0.04,
  inputs: mutated(
    ["#sample #class\n1\t5\n2\t0\n60001 7\r\n"].map(encode),
    TOKENS,
  ),
  refusal: DatasetError,
  async read(bytes) {
    await Deno.writeFile(path, bytes);
    const entries = await readNmnistList(path);
    assert(entries.every(({ label }) => label >= 0 && label <= 9));
  },
});

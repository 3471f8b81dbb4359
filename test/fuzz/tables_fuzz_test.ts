import assert from "node:assert/strict";
import { join } from "node:path";
import { DatasetError } from "../../dataset/files/errors.ts";
import { readNmnistList } from "../../dataset/formats/nmnist.ts";
import {
  readClasses,
  readFileList,
  readTags,
} from "../../dataset/formats/sl_animals.ts";
import { temporaryFolder } from "../fixtures/temporary_folder.ts";
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

/** Fuzzes a reader of texts, each written to a file. */
function fuzzTable(
  name: string,
  share: number,
  texts: readonly string[],
  check: () => Promise<void>,
) {
  fuzzTest(name, {
    share,
    inputs: mutated(texts.map(encode), TOKENS),
    refusal: DatasetError,
    async read(bytes) {
      await Deno.writeFile(path, bytes);
      await check();
    },
  });
}

fuzzTable("tags in CSV", 0.1, [
  "class,startTime_ev,endTime_ev\n1,0,10\n2,10,30\n3,31,90\n",
  "\ufeffendTime_ev,class,x,startTime_ev\r\n10,1,,0\r\n30,2,,10\r\n90,3,,31",
], async () => {
  const tags = await readTags(path, ["cat", "dog", "cow"]);
  assert.deepEqual(tags.map(({ label }) => label), [0, 1, 2]);
  assert(tags.every(({ start, end }) => start >= 0 && end > start));
});

fuzzTable("classes in CSV", 0.06, [
  "class,class Def\n1,cat\n2,dog\n3,cow\n",
], async () => {
  const classes = await readClasses(path);
  assert.equal(new Set(classes).size, classes.length);
  assert(!classes.includes(""));
});

fuzzTable("a list of recordings", 0.05, [
  "user00_indoor\nuser18_sunlight\r\n\nuser25_imse\nuser35_dc",
], async () => {
  const names = await readFileList(path);
  assert(names.every((name) => /^\w+$/.test(name)));
  assert.equal(new Set(names).size, names.length);
});

fuzzTable("a list of digits", 0.04, [
  "#sample #class\n1\t5\n2\t0\n60001 7\r\n",
], async () => {
  const entries = await readNmnistList(path);
  assert(entries.every(({ label }) => label >= 0 && label <= 9));
});

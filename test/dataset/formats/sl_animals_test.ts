import assert from "node:assert/strict";
import { DatasetError } from "../../../dataset/files/errors.ts";
import {
  readClasses,
  readFileList,
  readTags,
  sessionOf,
} from "../../../dataset/formats/sl_animals.ts";

/** Reads a file of this text; if that fails, gives the line and the problem. */
async function readText<T>(
  text: string | Uint8Array,
  read: (path: string) => Promise<T>,
): Promise<T | string> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(
      path,
      typeof text === "string" ? new TextEncoder().encode(text) : text,
    );
    return await read(path);
  } catch (error) {
    assert(error instanceof DatasetError, String(error));
    assert.equal(error.path, path);
    const problem = error.message.split(`"${path}"`)[1];
    const place = error.line === undefined ? ":" : ` line ${error.line}:`;
    assert(problem.startsWith(place), problem);
    return `${error.line ?? "file"}: ${problem.slice(place.length + 1)}`;
  } finally {
    await Deno.remove(path);
  }
}

const CLASSES = "class,class Def\n1,cat\n2,dog\n";
const readTwo = (path: string) => readTags(path, ["cat", "dog"]);

Deno.test("sessionOf() knows the suffixes of the four sessions", () => {
  assert.deepEqual(sessionOf("user25_imse"), { person: 25, session: "S1" });
  assert.deepEqual(sessionOf("user59_dc"), { person: 59, session: "S2" });
  assert.deepEqual(sessionOf("user00_indoor"), { person: 0, session: "S3" });
  assert.deepEqual(sessionOf("user18_sunlight"), { person: 18, session: "S4" });
});

Deno.test("sessionOf() refuses names that are not those of recordings", () => {
  for (
    const name of [
      "",
      "user00",
      "user00_outdoor",
      "user_dc",
      "user00_indoor.aedat",
      "../user00_indoor",
      "user00_constructor",
      "user00_",
    ]
  ) {
    assert.throws(() => sessionOf(name), RangeError, name);
  }
});

Deno.test("readFileList() reads names however the lines end", async () => {
  const names = ["user00_indoor", "user18_sunlight"];
  for (const end of ["\n", "\r\n", "\r"]) {
    const text = `\ufeff${names[0]}${end}${end}  ${names[1]} ${end}`;
    assert.deepEqual(await readText(text, readFileList), names);
  }
});

Deno.test("readFileList() names the line of a name it refuses", async () => {
  assert.match(
    await readText(
      "user00_indoor\n\n../user01_indoor\n",
      readFileList,
    ) as string,
    /^3: Cannot tell person and session from "..\/user01_indoor"/,
  );
  assert.equal(
    await readText("user00_indoor\nuser01_dc\nuser00_indoor", readFileList),
    '3: "user00_indoor" is already on line 1',
  );
  assert.equal(
    await readText("\n \n", readFileList),
    "file: it names no recording",
  );
  assert.match(
    await readText(Uint8Array.of(0xff, 0xfe, 0x41), readFileList) as string,
    /^file: /,
  );
});

Deno.test("readFileList() says that a file is missing", async () => {
  const path = "no/such/list.txt";
  await assert.rejects(
    readFileList(path),
    (error) => error instanceof DatasetError && error.path === path,
  );
});

Deno.test("readClasses() reads the names in their order", async () => {
  assert.deepEqual(await readText(CLASSES, readClasses), ["cat", "dog"]);
  assert.deepEqual(
    await readText('\ufeffclass Def,class\r\n"sea, lion",1\r\n', readClasses),
    ["sea, lion"],
  );
});

Deno.test("readClasses() names the problem and its line", async () => {
  const problems = {
    "": 'file: there is no column "class"',
    "class,name\n1,cat\n": '1: there is no column "class Def"',
    "class,class Def\n": "file: it names no class",
    "class,class Def\n1,cat\n3,dog\n":
      "3: it has class 3 where class 2 is expected",
    "class,class Def\n1,cat\n2,cat\n": '3: "cat" is listed twice',
    "class,class Def\n\n1,\n": "3: the name is empty",
    "class,class Def\n1,c\u001b[31mat\n":
      '2: "c [31mat" has characters that cannot be shown',
    'class,class Def\n1,"cat\ndog"\n':
      '2: "cat dog" has characters that cannot be shown',
    "class,class Def\n1,cat\uffff\n":
      '2: "cat\uffff" has characters that cannot be shown',
  };
  for (const [text, problem] of Object.entries(problems)) {
    assert.equal(await readText(text, readClasses), problem);
  }
});

Deno.test("readTags() finds its columns by name", async () => {
  const tags = [
    { label: 0, start: 100, end: 900, line: 2 },
    { label: 1, start: 950, end: 2000, line: 4 },
  ];
  assert.deepEqual(
    await readText(
      "\ufeffendTime_ev,x,class,startTime_ev,y\r\n900,7,1,100,\r\n\r\n" +
        "2000,7,2,950,8\r\n",
      readTwo,
    ),
    tags,
  );
});

Deno.test("readTags() names the problem and its line", async () => {
  const header = "class,startTime_ev,endTime_ev\n";
  const problems = {
    "class,startTime,endTime_ev\n1,2,3\n":
      '1: there is no column "startTime_ev"',
    [`${header}1,5,6\n2,7.5,8\n`]:
      '3: startTime_ev is "7.5", which is not a whole number from 0',
    [`${header}1,5\n2,7,8\n`]:
      '2: endTime_ev is "", which is not a whole number from 0',
    [`${header}1,-5,6\n`]:
      '2: startTime_ev is "-5", which is not a whole number from 0',
    [`${header}1,5,99999999999999999\n`]:
      '2: endTime_ev is "99999999999999999", which is not a whole number from 0',
    [`${header}1,5,6\n2,8,7\n`]: "3: the sign ends at record 7, it starts at 8",
    [`${header}1,5,5\n2,8,9\n`]: "2: the sign ends at record 5, it starts at 5",
    [`${header}2,5,6\n1,7,8\n`]: "2: it has class 2 where class 1 is expected",
    [`${header}1,5,6\n`]: "file: it tags 1 sign, expected 2",
    [`${header}1,5,6\n2,7,8\n3,9,10\n`]: "file: it tags 3 signs, expected 2",
  };
  for (const [text, problem] of Object.entries(problems)) {
    assert.equal(await readText(text, readTwo), problem);
  }
  assert.match(
    await readText(`${header}1,5,6\n2,"7,8\n`, readTwo) as string,
    /^3: .*[Qq]uote/,
  );
});

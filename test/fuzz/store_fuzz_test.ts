import assert from "node:assert/strict";
import { join } from "node:path";
import { DatasetError } from "../../dataset/files/errors.ts";
import { sliceRecordings } from "../../dataset/slicing/slice.ts";
import { openStore } from "../../dataset/store/store.ts";
import { ColumnWriter } from "../../dataset/store/zarr/column_writer.ts";
import { crc32c } from "../../dataset/files/crc32c.ts";
import { randomPairs, writeData } from "../dataset/slicing/slice_data.ts";
import { fc } from "../fixtures/properties.ts";
import { temporaryFolder } from "../fixtures/temporary_folder.ts";
import { bytesInUse, fuzzTest, MEMORY_BOUND, TIME_BOUND } from "./fuzz.ts";
import { mutated, mutatedTree } from "./mutations.ts";

const folder = await temporaryFolder();
Deno.test.afterAll(folder.remove);
const options = await writeData(folder.path, {
  user00_indoor: { pairs: randomPairs(300, 9), tags: [[0, 100], [90, 300]] },
});
await sliceRecordings(options);

const GROUP = join(options.out, "user00_indoor");
const COLUMNS = ["x", "y", "t", "p", "start", "end"]
  .map((name) => join(GROUP, name));
const DESCRIPTIONS = [options.out, GROUP, ...COLUMNS]
  .map((path) => join(path, "zarr.json"));
const CHUNKS = COLUMNS.map((path) => join(path, "c", "0"));
const TOKENS = [
  ...["[", "]", "{", "}", ":", ",", '"', "-1", "1e308", "null", '"gzip"'],
  ...["9007199254740993", '"__proto__"', '"uint64"', " ", "\u0000"],
];

/** A file of the store, and what stands in it instead. */
interface Changed {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const sound = new Map(
  await Promise.all(
    [...DESCRIPTIONS, ...CHUNKS].map(async (path) =>
      [path, await Deno.readFile(path)] as const
    ),
  ),
);

const otherDescription: fc.Arbitrary<Changed> = fc.constantFrom(...DESCRIPTIONS)
  .chain((path) => {
    const bytes = sound.get(path)!;
    const tree = JSON.parse(new TextDecoder().decode(bytes));
    const otherTree = mutatedTree(tree).map((tree) =>
      new TextEncoder().encode(JSON.stringify(tree))
    );
    return fc.oneof(otherTree, mutated([bytes], TOKENS))
      .map((bytes) => ({ path, bytes }));
  });

/** Chunks that are damaged, with the checksum of what they are now. */
const otherChunk: fc.Arbitrary<Changed> = fc.constantFrom(...CHUNKS).chain(
  (path) =>
    mutated([sound.get(path)!.subarray(0, -4)], ["\u0000"]).map((content) => {
      const bytes = new Uint8Array(content.length + 4);
      bytes.set(content);
      const view = new DataView(bytes.buffer);
      view.setUint32(content.length, crc32c(content), true);
      return { path, bytes };
    }),
);

fuzzTest("a Zarr store", {
  share: 0.1,
  inputs: fc.oneof(
    {
      arbitrary: fc.array(otherDescription, { minLength: 1, maxLength: 2 }),
      weight: 4,
    },
    { arbitrary: otherChunk.map((changed) => [changed]), weight: 1 },
  ),
  refusal: DatasetError,
  async read(changes: readonly Changed[]) {
    try {
      for (const { path, bytes } of changes) await Deno.writeFile(path, bytes);
      const store = await openStore(options.out);
      for (const index of store.labels.keys()) {
        const { t } = await store.events(index);
        assert.equal(t.length, store.slices[index].events);
      }
    } finally {
      for (const { path } of changes) {
        await Deno.writeFile(path, sound.get(path)!);
      }
    }
  },
});

Deno.test("a Zarr store that claims more events than it has is refused at once", async () => {
  const claimed = 2 ** 32 - 1;
  const bounds = await ColumnWriter.create(join(GROUP, "end"), {
    ...{ type: "uint32", chunkLength: 2, dimension: "slice" },
  });
  await bounds.append(Uint32Array.of(claimed, claimed));
  await bounds.finish();
  for (const path of DESCRIPTIONS.slice(1, 6)) {
    const text = new TextDecoder().decode(sound.get(path)!);
    const description = JSON.parse(text);
    if (description.node_type === "array") description.shape = [claimed];
    else description.attributes.events = claimed;
    await Deno.writeTextFile(path, JSON.stringify(description));
  }
  const store = await openStore(options.out);
  assert.equal(store.slices[0].events, claimed);
  const [before, start] = [bytesInUse(), performance.now()];
  await assert.rejects(store.events(0), DatasetError);
  assert(bytesInUse() - before < MEMORY_BOUND);
  assert(performance.now() - start < TIME_BOUND);
});

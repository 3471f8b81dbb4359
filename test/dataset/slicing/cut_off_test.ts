import assert from "node:assert/strict";
import { join } from "node:path";
import { openRecordings } from "../../../dataset/slicing/recordings.ts";
import { sliceRecordings } from "../../../dataset/slicing/slice.ts";
import { openSamples } from "../../../dataset/samples/open_samples.ts";
import { ZEROS } from "../../../dataset/formats/reading/fault_counts.ts";
import { openStore } from "../../../dataset/store/store.ts";
import { parseConfiguration } from "../../../scripts/configuration/configuration.ts";
import { openSlices } from "../../../scripts/experiment/samples.ts";
import { runTask } from "../../fixtures/run_task.ts";
import {
  eventsOf,
  randomPairs,
  readTree,
  rows,
  withFolder,
  writeData,
} from "./slice_data.ts";

/** Bytes of the header that `writeRecording()` writes. */
const HEADER = 14;

const PAIRS = randomPairs(900, 50);
const DATA = {
  user00_indoor: {
    pairs: PAIRS,
    tags: [[10, 100], [150, 700], [90, 300], [500, 900]],
  },
  user18_sunlight: {
    pairs: randomPairs(300),
    tags: [[0, 20], [30, 60], [60, 90], [100, 300]],
  },
} as const;

/** Writes a data set whose first recording is cut off inside a record. */
async function writeCut(folder: string, records: number) {
  const options = await writeData(folder, DATA);
  const path = join(folder, "user00_indoor.aedat");
  const offset = HEADER + 8 * records;
  await Deno.truncate(path, offset + 5);
  return { options, path, offset };
}

Deno.test("tags before the end of a recording that is cut off are sliced, others named", async () => {
  for (const [records, kept] of [[699, [0, 2]], [700, [0, 1, 2]]] as const) {
    await withFolder(async (folder) => {
      const { options, path, offset } = await writeCut(folder, records);
      const lost = [0, 1, 2, 3].filter((n) => !kept.some((one) => one === n));
      const remark = `${path} is cut off at byte ${offset}, which leaves out ` +
        `${lost.length} of 4 samples: ${
          lost.map((n) => `sign${n}`).join(", ")
        }`;
      const remarks: string[] = [];
      const slice = () =>
        sliceRecordings({
          ...options,
          onRemark: (remark) => remarks.push(remark),
        });
      const { recordings } = await slice();
      assert.deepEqual(recordings[0].labels, kept);
      const files = await readTree(options.out);
      const again = await slice();
      assert(again.recordings.every(({ sliced }) => !sliced));
      assert.deepEqual(await readTree(options.out), files);
      assert.deepEqual(remarks, [remark, remark]);

      const store = await openStore(options.out);
      for (const [index, tag] of kept.entries()) {
        const [start, end] = DATA.user00_indoor.tags[tag];
        assert.deepEqual(
          rows(await store.events(index)),
          eventsOf(PAIRS.slice(start, end)),
        );
      }
      assert.equal(store.slices.length, kept.length + 4);

      const opened = await openRecordings({
        recordings: folder,
        tags: folder,
        list: options.list,
        classes: options.classes,
        cache: join(folder, "cache"),
        onRemark: (remark) => remarks.push(remark),
      });
      assert.deepEqual(opened.slices, store.slices);
      assert.deepEqual(remarks, [remark, remark, remark]);
    });
  }
});

Deno.test("tags before the end of a recording that is cut off between records are sliced, others named", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const path = join(folder, "user00_indoor.aedat");
    await Deno.truncate(path, HEADER + 8 * 699);
    const remarks: string[] = [];
    const remark = `${path} ends at record 699, its tags at record 900 (it ` +
      "is cut off or they are wrong), which leaves out 2 of 4 samples: " +
      "sign1, sign3";
    const onRemark = (remark: string) => remarks.push(remark);
    const { recordings } = await sliceRecordings({ ...options, onRemark });
    assert.deepEqual(recordings[0].labels, [0, 2]);
    const { slices } = await openStore(options.out);
    const opened = await openRecordings({
      recordings: folder,
      tags: folder,
      list: options.list,
      classes: options.classes,
      cache: join(folder, "cache"),
      onRemark,
    });
    assert.deepEqual(opened.slices, slices);
    assert.deepEqual(remarks, [remark, remark]);
    await Deno.truncate(path, HEADER + 8 * 99);
    const out = join(folder, "other.zarr");
    await assert.rejects(sliceRecordings({ ...options, out }), {
      name: "RecordingError",
      message: `Cannot read recording "${path}": it ends at record 99, its ` +
        "tags at record 900 (it is cut off or they are wrong), before the " +
        "end of every tag",
    });
  });
});

Deno.test("tags before the zeros that a recording ends in are sliced, others named", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const path = join(folder, "user00_indoor.aedat");
    const offset = HEADER + 8 * 700;
    await Deno.truncate(path, offset);
    await Deno.truncate(path, offset + 10_003);
    const loss = `ends in 10003 zero bytes from byte ${offset} on, which ` +
      "leaves out 1 of 4 samples: sign3";
    const remarks: string[] = [];
    const { recordings } = await sliceRecordings({
      ...options,
      onRemark: (remark) => remarks.push(remark),
    });
    assert.deepEqual(recordings[0].labels, [0, 1, 2]);
    assert.deepEqual(remarks, [`${path} ${loss}`]);
    const store = await openStore(options.out);
    for (const [index, [start, end]] of DATA.user00_indoor.tags.entries()) {
      if (index === 3) continue;
      assert.deepEqual(
        rows(await store.events(index)),
        eventsOf(PAIRS.slice(start, end)),
      );
    }
  });
});

Deno.test("a recording that is cut off after its tags keeps all, and is named", async () => {
  await withFolder(async (folder) => {
    const options = await writeData(folder, DATA);
    const path = join(folder, "user18_sunlight.aedat");
    await Deno.writeFile(path, Uint8Array.of(1, 2, 3), { append: true });
    const remarks: string[] = [];
    const { recordings } = await sliceRecordings({
      ...options,
      onRemark: (remark) => remarks.push(remark),
    });
    assert.deepEqual(recordings[1].labels, [0, 1, 2, 3]);
    assert.deepEqual(remarks, [
      `${path} is cut off at byte ${HEADER + 8 * 300}`,
    ]);
  });
});

Deno.test("a recording that is cut off before the end of every tag is refused", async () => {
  await withFolder(async (folder) => {
    const { options, path, offset } = await writeCut(folder, 99);
    await assert.rejects(sliceRecordings(options), {
      name: "RecordingError",
      offset,
      message: `Cannot read recording "${path}": it is cut off at byte ` +
        `${offset}, before the end of every tag`,
    });
  });
});

Deno.test("slice and train warn of a recording that is cut off, and inspect counts it", async () => {
  await withFolder(async (folder) => {
    for (const name of ["recordings", "tags"]) {
      await Deno.mkdir(join(folder, name));
    }
    const { options, path, offset } = await writeCut(folder, 800);
    const inData = (name: string) => join(folder, name);
    await Deno.rename(options.list, inData("filelist.txt"));
    await Deno.rename(
      options.classes,
      inData("SL-Animals-DVS_gestures_definitions.csv"),
    );
    for (const name of Object.keys(DATA)) {
      await Deno.rename(
        inData(`${name}.aedat`),
        inData(`recordings/${name}.aedat`),
      );
      await Deno.rename(inData(`${name}.csv`), inData(`tags/${name}.csv`));
    }
    const loss = `is cut off at byte ${offset}, which leaves out 1 of 4 ` +
      "samples: sign3";
    const { code, stdout, stderr } = await runTask("slice", [
      ...["--data", folder],
    ]);
    assert.deepEqual([code, stderr], [
      0,
      `warning: ${path.replace("user00", "recordings/user00")} ${loss}\n`,
    ]);
    assert.match(stdout, /: 7 slices of 2 recordings, /);
    const configuration = parseConfiguration(
      "training: {sliced_dataset: False, " +
        "path: {data: ., file_list: filelist.txt, cache: cache}}",
      join(folder, "network.yaml"),
    );
    const doubts: string[] = [];
    const { slices } = await openSlices(configuration, {
      onDoubt: (line) => doubts.push(line),
    });
    assert.equal(slices.length, 7);
    assert.deepEqual(doubts, [stderr.trim().replace("warning: ", "")]);
    const { samples, remarks } = await openSamples(folder);
    assert.equal(samples.length, 7);
    assert.deepEqual(samples.map(({ label }) => label), [0, 1, 2, 0, 1, 2, 3]);
    assert.deepEqual(remarks, [`user00_indoor ${loss}`]);

    const recording = inData("recordings/user00_indoor.aedat");
    await Deno.truncate(recording, offset);
    await Deno.truncate(recording, offset + 1000);
    const padded = await openSamples(folder);
    await Deno.truncate(recording, offset);
    const between = await openSamples(folder);
    assert.deepEqual(between.remarks, [
      "user00_indoor ends at record 800, its tags at record 900 (it is cut " +
      "off or they are wrong), which leaves out 1 of 4 samples: sign3",
    ]);
    assert.deepEqual(padded.remarks, [
      `user00_indoor ends in 1000 zero bytes from byte ${offset} on, which ` +
      "leaves out 1 of 4 samples: sign3",
    ]);
    assert.deepEqual(padded.recordings[0].facts!.faults, [
      { problem: ZEROS, count: 1000, offset },
    ]);
  });
});

import { deepStrictEqual, rejects } from "node:assert/strict";
import { openDevice } from "../../../engine/device/device.ts";
import { readBytes, readPlaces } from "../../../engine/device/readback.ts";
import { device, gpuTest } from "../../fixtures/gpu.ts";

/** Reads ranges of two buffers, whose words count on, again and again. */
async function readAgain(): Promise<void> {
  const { queue } = device().gpu;
  const [one, other] = ["one", "other"].map((name) =>
    device().createBuffer(name, 4096)
  );
  // More than before at the third time.
  for (const [start, size] of [[0, 8], [7, 8], [9, 4096], [5, 16], [6, 0]]) {
    const words = Uint32Array.from({ length: 4096 }, (_, i) => start + i);
    queue.writeBuffer(one, 0, words);
    queue.writeBuffer(other, 0, words.map((word) => 2 * word));
    const bytes = await readPlaces(device(), [
      { buffer: one, offset: 0, size },
      { buffer: other, offset: 4 * start, size: 4 },
    ]);
    deepStrictEqual(
      [...new Uint32Array(bytes)],
      [...words.subarray(0, size / 4), 4 * start],
    );
  }
  one.destroy();
  other.destroy();
}

gpuTest("a staging buffer reads what was written last", readAgain);

gpuTest(
  "it reads the same where only promises say what is mapped",
  async () => {
    const own = Object.getOwnPropertyDescriptor(navigator, "userAgent");
    Object.defineProperty(navigator, "userAgent", {
      value: "another runtime",
      configurable: true,
    });
    try {
      await readAgain();
    } finally {
      if (own) Object.defineProperty(navigator, "userAgent", own);
      else delete (navigator as { userAgent?: string }).userAgent;
    }
  },
);

gpuTest("reads at once have buffers of their own", async () => {
  const { queue } = device().gpu;
  const buffers = [1, 2, 3].map((value) => {
    const buffer = device().createBuffer("values", 4);
    queue.writeBuffer(buffer, 0, new Uint32Array(4).fill(value));
    return buffer;
  });
  for (let n = 0; n < 3; n++) {
    const read = await Promise.all(
      buffers.map((buffer) => readBytes(device(), buffer)),
    );
    deepStrictEqual(
      read.map((bytes) => new Uint32Array(bytes)[3]),
      [1, 2, 3],
    );
  }
  for (const buffer of buffers) buffer.destroy();
});

gpuTest("it reads nothing of a device that is gone", async () => {
  const gone = await openDevice();
  const buffer = gone.createBuffer("values", 4);
  await readBytes(gone, buffer);
  gone.destroy();
  await rejects(readBytes(gone, buffer));
});

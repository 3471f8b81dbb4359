/**
 * Cache of samples on the device, so that each is checked and uploaded once.
 *
 * @module
 */

import type { Device } from "../../device/device.ts";
import { DeviceError } from "../../device/errors.ts";

/**
 * Bytes of events cached in GPU memory: enough for the 1100 samples of
 * SL-Animals, with 60,000 events each.
 */
const KEPT = 2 ** 28;

/** Less on a software adapter, where host memory holds them twice. */
const KEPT_BY_SOFTWARE = 2 ** 26;

/** Words in the smallest buffer. */
const FEWEST = 1024;

/** Range of words of a sample in the buffer. */
interface Place {
  readonly start: number;
  readonly length: number;
}

/**
 * The events of samples in one buffer: first the cached ones, then those of the
 * current batch that do not fit into the cache.
 *
 * The first samples stay cached. An epoch visits every sample once, so evicting
 * the least recently used sample would evict each just before it is needed
 * again. A sample is identified by its place in host memory.
 */
export class ResidentEvents {
  readonly #device: Device;
  readonly #check: (words: Uint32Array) => void;
  /** Most words that the device can bind. */
  readonly #limit: number;
  /** Most words that may be cached. */
  readonly #most: number;
  /** Cached samples by their host buffer, then by byte offset in it. */
  #places = new WeakMap<ArrayBufferLike, Map<number, Place>>();
  #buffer: GPUBuffer | undefined;
  /** Words that are cached. */
  #kept = 0;

  /**
   * @param device The device to keep events on.
   * @param check Throws if an event word of a sample is invalid; cached samples
   * are not checked again.
   */
  constructor(device: Device, check: (words: Uint32Array) => void) {
    this.#device = device;
    this.#check = check;
    const { maxStorageBufferBindingSize, maxBufferSize } = device.gpu.limits;
    const largest = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    this.#limit = Math.floor(largest / 4);
    const kept = device.adapter.software ? KEPT_BY_SOFTWARE : KEPT;
    this.#most = Math.min(kept / 4, this.#limit / 2);
  }

  /**
   * Uploads the samples of a batch that are not cached. All samples of the
   * batch stay on the device at least until the next call.
   *
   * @param samples Event words of each sample.
   * @returns The buffer, and each sample's first and end word in it, [N, 2].
   * @throws {Error} If the check refuses a sample; nothing is uploaded then.
   * @throws {DeviceError} If the device has not enough memory.
   */
  async bring(samples: readonly Uint32Array[]): Promise<{
    readonly buffer: GPUBuffer;
    readonly offsets: Uint32Array<ArrayBuffer>;
  }> {
    const absent = samples.filter((words) => this.#find(words) === undefined);
    absent.forEach(this.#check);
    const end = this.#kept + lengthOf(absent);
    if (!this.#buffer || end * 4 > this.#buffer.size) {
      this.#buffer = await this.#makeRoom(end, lengthOf(samples));
    }
    return {
      buffer: this.#buffer,
      offsets: this.#write(this.#buffer, samples),
    };
  }

  /** Frees the buffer. */
  destroy(): void {
    this.#buffer?.destroy();
  }

  /** Uploads samples that are not cached, after the cached words. */
  #write(
    buffer: GPUBuffer,
    samples: readonly Uint32Array[],
  ): Uint32Array<ArrayBuffer> {
    const first = this.#kept;
    const fresh = samples.filter((words) => this.#find(words) === undefined);
    const words = new Uint32Array(lengthOf(fresh));
    const offsets = new Uint32Array(2 * samples.length);
    let end = first;
    samples.forEach((sample, n) => {
      let start = this.#find(sample);
      if (start === undefined) {
        start = end;
        words.set(sample, start - first);
        end += sample.length;
        if (end <= this.#most) this.#keep(sample, start);
      }
      offsets[2 * n] = start;
      offsets[2 * n + 1] = start + sample.length;
    });
    // Deno 2.9 panics when an empty array is written.
    if (end > first) {
      const { queue } = this.#device.gpu;
      queue.writeBuffer(buffer, 4 * first, words, 0, end - first);
    }
    return offsets;
  }

  #find(words: Uint32Array): number | undefined {
    const place = this.#places.get(words.buffer)?.get(words.byteOffset);
    // A shorter view that begins where a cached sample does finds that sample.
    return place && place.length >= words.length ? place.start : undefined;
  }

  #keep({ buffer, byteOffset, length }: Uint32Array, start: number): void {
    let places = this.#places.get(buffer);
    if (!places) this.#places.set(buffer, places = new Map());
    places.set(byteOffset, { start, length });
    this.#kept = start + length;
  }

  /**
   * Grows the buffer; empties the cache where memory does not suffice.
   *
   * @param end Words of the cache and of the samples to upload.
   * @param total Words of the batch alone.
   */
  async #makeRoom(end: number, total: number): Promise<GPUBuffer> {
    const { gpu } = this.#device;
    const outgrown = this.#buffer;
    try {
      if (end <= this.#limit) {
        const grown = await this.#allocate(end);
        if (outgrown) {
          const encoder = gpu.createCommandEncoder();
          encoder.copyBufferToBuffer(outgrown, 0, grown, 0, 4 * this.#kept);
          gpu.queue.submit([encoder.finish()]);
          outgrown.destroy();
        }
        return grown;
      }
    } catch (error) {
      if (!(error instanceof DeviceError && outgrown)) throw error;
      // Without memory for a larger buffer, the present one is reused, emptied.
    }
    this.#places = new WeakMap();
    this.#kept = 0;
    if (outgrown && total * 4 <= outgrown.size) return outgrown;
    outgrown?.destroy();
    this.#buffer = undefined;
    return await this.#allocate(total);
  }

  /** Allocates at least `words`, rounded up so that growing stays rare. */
  #allocate(words: number): Promise<GPUBuffer> {
    const passing = words - this.#most;
    const room = passing > 0
      ? this.#most + powerOf2(passing)
      : Math.min(powerOf2(words), this.#most);
    const all = Math.max(words, Math.min(Math.ceil(room), this.#limit));
    return this.#device.allocate(() =>
      this.#device.createBuffer("events", all)
    );
  }
}

function lengthOf(samples: readonly Uint32Array[]): number {
  return samples.reduce((sum, { length }) => sum + length, 0);
}

function powerOf2(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(least, FEWEST)));
}

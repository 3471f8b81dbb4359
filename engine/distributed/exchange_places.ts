/**
 * Exchanges ranges of the device's buffers among ranks.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import type { Ranks } from "./ranks.ts";

/** A range of a buffer, in bytes. */
export interface Place {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly size: number;
}

/**
 * Gives every rank what the others have computed.
 *
 * @param device The device.
 * @param ranks The ranks.
 * @param placesOf The ranges that a rank has written; those of two ranks do not
 * overlap, and all ranks know them.
 * @returns When the ranges of all ranks are uploaded.
 * @throws {DeviceError} If the device was lost.
 * @throws {Error} If another rank has gone.
 */
export async function exchangePlaces(
  device: Device,
  ranks: Ranks,
  placesOf: (rank: number) => readonly Place[],
): Promise<void> {
  const all = Array.from({ length: ranks.count }, (_, rank) => placesOf(rank));
  const sizes = all.map(bytesOf);
  const { times } = ranks;
  const start = performance.now();
  const own = read(device, all[ranks.rank]);
  own.then(() => times.computing += performance.now() - start, () => {});
  const bytes = await ranks.gather(own, sizes);
  const gathered = performance.now();
  let at = 0;
  all.forEach((places, rank) => {
    for (const { buffer, offset, size } of places) {
      if (rank !== ranks.rank) {
        device.gpu.queue.writeBuffer(buffer, offset, bytes, at, size);
      }
      at += size;
    }
  });
  times.upload += performance.now() - gathered;
}

async function read(
  device: Device,
  places: readonly Place[],
): Promise<Uint8Array<ArrayBuffer>> {
  if (bytesOf(places) === 0) return new Uint8Array();
  const copy = device.gpu.createBuffer({
    label: "copy for other ranks",
    size: bytesOf(places),
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.gpu.createCommandEncoder();
  let at = 0;
  for (const { buffer, offset, size } of places) {
    encoder.copyBufferToBuffer(buffer, offset, copy, at, size);
    at += size;
  }
  device.gpu.queue.submit([encoder.finish()]);
  try {
    await copy.mapAsync(GPUMapMode.READ);
  } catch (cause) {
    device.check();
    throw cause;
  }
  const bytes = new Uint8Array(copy.getMappedRange().slice(0));
  copy.destroy();
  return bytes;
}

function bytesOf(places: readonly Place[]): number {
  return places.reduce((sum, { size }) => sum + size, 0);
}

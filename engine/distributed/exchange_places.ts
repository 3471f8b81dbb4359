/**
 * Exchanges ranges of the device's buffers among ranks.
 *
 * @module
 */

import type { Device } from "../device/device.ts";
import { type Place, readPlaces } from "../device/readback.ts";
import type { Ranks } from "./ranks.ts";

/**
 * Exchanges the buffer ranges that each rank has computed.
 *
 * @param device The device.
 * @param ranks The ranks.
 * @param placesOf The ranges that a rank has written; ranges of two ranks do
 * not overlap, and all ranks know them.
 * @param options Whether the device computes meanwhile, so that the exchange
 * takes no time.
 * @returns Resolves when the ranges of all ranks are uploaded.
 * @throws {DeviceError} If the device was lost.
 * @throws {Error} If another rank has gone.
 */
export async function exchangePlaces(
  device: Device,
  ranks: Ranks,
  placesOf: (rank: number) => readonly Place[],
  { hidden = false }: { readonly hidden?: boolean } = {},
): Promise<void> {
  const all = Array.from({ length: ranks.count }, (_, rank) => placesOf(rank));
  const sizes = all.map(bytesOf);
  const { times } = ranks;
  const start = performance.now();
  const own = readPlaces(device, all[ranks.rank])
    .then((bytes) => new Uint8Array(bytes));
  const count = (time: "computing" | "upload", since: number) => {
    if (!hidden) times[time] += performance.now() - since;
  };
  own.then(() => count("computing", start), () => {});
  const bytes = await ranks.gather(own, { sizes, hidden });
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
  count("upload", gathered);
}

function bytesOf(places: readonly Place[]): number {
  return places.reduce((sum, { size }) => sum + size, 0);
}

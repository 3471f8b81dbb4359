/**
 * Reshapes a flat network input to the pixels of a sensor.
 *
 * @module
 */

import type { ImportedNetwork } from "./imported_network.ts";
import { NetworkError } from "./network_error.ts";

/** Size of a sensor. */
export interface Sensor {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /**
   * Channels. @default 2 (ON and OFF), or the channels in the network's file
   */
  readonly channels?: number;
}

/**
 * Gives a network's input the shape of a sensor. Only inputs of dense layers,
 * whose shape is free, are reshaped, in `[C, H, W]` order.
 *
 * @param sensor The sensor; without it the input stays as it is.
 * @returns The network.
 * @throws {NetworkError} If the network is for another number of inputs.
 */
export function withSensor(
  network: ImportedNetwork,
  sensor: Sensor | undefined,
): ImportedNetwork {
  const { input: { C, H, W }, layers: [first], weights } = network;
  if (!sensor) return network;
  const { width, height } = sensor;
  const channels = C * H * W / width / height;
  const isRow = H * W === 1 && "dense" in first;
  const fits = Number.isInteger(channels) &&
    channels === (sensor.channels ?? channels) &&
    (isRow || (H === height && W === width));
  if (!fits) {
    throw new NetworkError(
      `its input has ${C}×${H}×${W} values, and not those of ${width}×` +
        `${height} pixels`,
    );
  }
  if (!isRow) return network;
  const { shape: [out], data } = weights["fc1.weight"];
  const shape = [out, channels, height, width, 1];
  return {
    ...network,
    input: { C: channels, H: height, W: width },
    weights: { ...weights, "fc1.weight": { shape, data } },
  };
}

/**
 * A loss as a user of the library brings it.
 *
 * @module
 */

import {
  groupsFor,
  type KernelSpec,
  launch,
  type Loss,
} from "../../../engine/mod.ts";

const RATE = `
  struct Batch { first: u32, samples: u32, slot: u32 }

  override T: u32;
  override O: u32;
  override Ts: f32 = 1;
  override trueCount: f32;
  override falseCount: f32;

  @group(0) @binding(0) var<uniform> batch: Batch;
  @group(0) @binding(1) var<storage, read> labels: array<u32>;
  @group(0) @binding(2) var<storage, read> spikes: array<u32>;
  @group(0) @binding(3) var<storage, read_write> loss: array<f32>;
  @group(0) @binding(4) var<storage, read_write> counts: array<u32>;
  @group(0) @binding(5) var<storage, read_write> gradient: array<f32>;

  fn countOf(n: u32, o: u32) -> u32 {
    let B = (T + 31) / 32;
    var count = 0u;
    for (var b = 0u; b < B; b++) {
      count += countOneBits(spikes[(n * B + b) * O + o]);
    }
    return count;
  }

  fn missOf(n: u32, o: u32) -> f32 {
    let isLabel = labels[batch.first + n] == o;
    let targetCount = select(falseCount, trueCount, isLabel);
    return f32(countOf(n, o)) - targetCount;
  }

  @compute @workgroup_size(32)
  fn forward(@builtin(global_invocation_id) id: vec3<u32>) {
    let n = id.y;
    let o = id.x;
    if (o < O) {
      let miss = missOf(n, o);
      loss[n * O + o] = 0.5 * miss * miss;
      counts[n * O + o] = countOf(n, o);
    }
  }

  @compute @workgroup_size(32)
  fn backward(@builtin(global_invocation_id) id: vec3<u32>) {
    let n = id.z;
    let o = id.x;
    if (o < O) {
      gradient[(n * T + id.y) * ((O + 3) / 4 * 4) + o] = Ts * missOf(n, o);
    }
  }
`;

const rateForward = {
  name: "rate forward",
  code: RATE,
  entryPoint: "forward",
  workgroup: 32,
  bindings: { batch: 0, labels: 1, spikes: 2, loss: 3, counts: 4 },
  constants: ["T", "O", "trueCount", "falseCount"],
} as const satisfies KernelSpec;

const rateBackward = {
  name: "rate backward",
  code: RATE,
  entryPoint: "backward",
  workgroup: 32,
  bindings: { batch: 0, labels: 1, spikes: 2, gradient: 5 },
  constants: ["T", "O", "Ts", "trueCount", "falseCount"],
} as const satisfies KernelSpec;

/**
 * A loss of squares: ½ · (spikes − target)² of each output.
 *
 * @param targets Target number of spikes of the right class, and of each other.
 * @returns The loss.
 */
export function squaredRate(
  targets: { readonly true: number; readonly false: number },
): Loss {
  return {
    name: "squared rate",
    settle({ T, O, Ts }) {
      const constants = {
        T,
        O,
        Ts,
        trueCount: targets.true,
        falseCount: targets.false,
      };
      const groups = groupsFor(O, rateForward.workgroup);
      const loops = Math.ceil(T / 32) + 1;
      return {
        forward: [launch({
          kernel: rateForward,
          constants,
          grid: [groups, "samples", 1],
          loops: 2 * loops,
        })],
        backward: [launch({
          kernel: rateBackward,
          constants,
          grid: [groups, T, "samples"],
          loops,
        })],
      };
    },
  };
}

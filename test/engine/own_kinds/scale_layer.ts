/**
 * A kind of layer as a user of the library brings it.
 *
 * @module
 */

import {
  groupsFor,
  type KernelSpec,
  launch,
  type Layer,
  type LayerKind,
  OPTIMIZER_RULES,
  UPDATE_BINDINGS,
  UPDATE_IN_PLACE,
  type WeightLayout,
} from "../../../engine/mod.ts";

const SCALE = `
  override T: u32;
  override sampleRows: u32;
  override F: u32;
  override P: u32 = 1;
  override inRun: u32 = 1;
  override inRow: u32 = 1;
  override height: f32 = 1;
  override quads: u32 = (F + 3) / 4;

  @group(0) @binding(1) var<storage, read> inputs: array<u32>;
  @group(0) @binding(2) var<storage, read> w: array<f32>;
  @group(0) @binding(3) var<storage, read> dy: array<f32>;
  @group(0) @binding(4) var<storage, read_write> x: array<f32>;
  @group(0) @binding(5) var<storage, read_write> dx: array<f32>;
  @group(0) @binding(6) var<storage, read_write> dw: array<vec4<f32>>;

  // How many spikes came in.
  fn countOf(n: u32, t: u32, f: u32) -> f32 {
    var count = 0u;
    for (var p = 0u; p < P; p++) {
      let word = inputs[((n * P + p) * ((T + 31) / 32) + t / 32) * F + f];
      count += ((word >> (t % 32)) & 1) << p;
    }
    return f32(count);
  }

  @compute @workgroup_size(64)
  fn forward(@builtin(global_invocation_id) id: vec3<u32>) {
    let f = id.x;
    if (f < 4 * quads) {
      var value = 0.0;
      if (f < F) {
        value = w[f] * countOf(id.z, id.y, f);
      }
      x[(id.z * sampleRows + id.y) * 4 * quads + f] = value;
    }
  }

  @compute @workgroup_size(64)
  fn adjoint(@builtin(global_invocation_id) id: vec3<u32>) {
    let f = id.x;
    if (f < F) {
      let to = f / inRun * ((inRun + 3) / 4 * 4) + f % inRun;
      let at = (id.z * sampleRows + id.y) * 4 * quads + f;
      dx[(id.z * T + id.y) * inRow + to] = w[f] * dy[at];
    }
  }

  @compute @workgroup_size(64)
  fn gradient(@builtin(global_invocation_id) id: vec3<u32>) {
    let quad = id.x;
    if (quad >= quads) {
      return;
    }
    var sum = vec4<f32>();
    if (batch.accumulates > 0) {
      sum = dw[quad];
    }
    for (var i = 0u; i < batch.samples * T; i++) {
      let n = i / T;
      let t = i % T;
      for (var k = 0u; k < min(4u, F - 4 * quad); k++) {
        let f = 4 * quad + k;
        let at = (n * sampleRows + t) * 4 * quads + f;
        sum[k] += height * countOf(n, t, f) * dy[at];
      }
    }
    dw[quad] = sum;
    if (batch.updates > 0) {
      updateWeights(quad, sum);
    }
  }
`;

const scaleForward = {
  name: "scale forward",
  code: OPTIMIZER_RULES + SCALE,
  entryPoint: "forward",
  workgroup: 64,
  bindings: { inputs: 1, w: 2, x: 4 },
  constants: ["T", "sampleRows", "F", "P"],
} as const satisfies KernelSpec;

const scaleAdjoint = {
  name: "scale adjoint",
  code: OPTIMIZER_RULES + SCALE,
  entryPoint: "adjoint",
  workgroup: 64,
  bindings: { w: 2, dy: 3, dx: 5 },
  constants: ["T", "sampleRows", "F", "inRun", "inRow"],
} as const satisfies KernelSpec;

const scaleGradient = {
  name: "scale gradient",
  code: OPTIMIZER_RULES + SCALE,
  entryPoint: "gradient",
  workgroup: 64,
  bindings: { batch: 0, inputs: 1, dy: 3, dw: 6, ...UPDATE_BINDINGS },
  inPlace: UPDATE_IN_PLACE,
  constants: ["T", "sampleRows", "F", "P", "height", "rule"],
} as const satisfies KernelSpec;

/** A layer in which every neuron has one input, with a weight of its own. */
interface ScaleLayer extends Layer {
  readonly weights: WeightLayout;
}

/** Scales each neuron of the layer below by a weight. */
export const scale: LayerKind<ScaleLayer, { readonly weight: number }> = {
  name: "scale",
  reads: "time-packed",
  describe({ weight }, { input }) {
    const F = input.C * input.H * input.W;
    return {
      output: input,
      runSize: F,
      weights: {
        shape: [F],
        floats: 4 * Math.ceil(F / 4),
        first: (random) =>
          Float32Array.from({ length: F }, () => weight * random.uniform()),
        visit: (at) => {
          for (let f = 0; f < F; f++) at(f, f);
        },
      },
    };
  },
  forward(layer, { T, P, sampleRows }) {
    const [F] = layer.weights.shape;
    return [launch({
      kernel: scaleForward,
      constants: { T, P, sampleRows, F },
      grid: [
        groupsFor(layer.weights.floats, scaleForward.workgroup),
        T,
        "samples",
      ],
      loops: P + 1,
    })];
  },
  adjoint(layer, { T, sampleRows, below }) {
    const [F] = layer.weights.shape;
    return [launch({
      kernel: scaleAdjoint,
      constants: {
        T,
        sampleRows,
        F,
        inRun: below.runSize,
        inRow: below.floats,
      },
      grid: [groupsFor(F, scaleAdjoint.workgroup), T, "samples"],
    })];
  },
  gradient(layer, { T, P, sampleRows, height, rule }) {
    const [F] = layer.weights.shape;
    const loops = T * (6 + 4 * (P + 1));
    return [launch({
      kernel: scaleGradient,
      constants: { T, P, sampleRows, F, height, rule },
      grid: [
        groupsFor(layer.weights.floats / 4, scaleGradient.workgroup),
        1,
        1,
      ],
      loops,
      loopsPerSample: loops,
    })];
  },
};

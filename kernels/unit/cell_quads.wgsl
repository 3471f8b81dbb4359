// Neurons of a unit, and their adjoint, by quads of channels: for devices on
// which loads dominate, and samples of up to 32 bins in runs of whole quads.
//
// forward  computes the equation of cell.wgsl, without `keep`
// adjoint  computes the equations of cell_adjoint.wgsl, without residual
//          connections and the gradients of learned parameters
//
// xQuads        [N, T, pixels, floats / 4]     the drive
// coefficients  [floats + 1]                   see cell_adjoint.wgsl
// spikeQuads    [N, pixels, C / 4]             time-packed
// tally         [slots, stride]                see cell.wgsl
// fired         [pixels, C]                    see cell.wgsl
// routes        [N, pixels, C]                 see pool_raster.wgsl
// aboveQuads    [N, T, outPixels, floats / 4]  gradient of the layer's output
// dyQuads       [N, T, pixels, floats / 4]
// sums          [samples of the batch, S, floats]
//
// One invocation owns a quad of channels of a strip. Compiled after
// cell_past.wgsl.

override theta: f32 = 1;
// See cell_adjoint.wgsl.
override W: u32 = 1;
override window: u32 = 1;
override outW: u32 = 1;
override outPixels: u32 = 1;
override routed: bool = false;
override sparse: bool = false;
override layer: u32 = 0;
override stride: u32 = 1;
override quads: u32 = floats / 4;

@group(0) @binding(3) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> routes: array<u32>;
@group(0) @binding(5) var<storage, read> xQuads: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> aboveQuads: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> dyQuads: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read_write> sums: array<vec2<f32>>;
@group(0) @binding(9) var<storage, read_write> spikeQuads: array<vec4<u32>>;
@group(0) @binding(10) var<storage, read_write> tally: array<atomic<u32>>;
@group(0) @binding(11) var<storage, read_write> fired: array<atomic<u32>>;

// Values of 32 bins of a quad: four bins in a matrix, a channel in a column.
struct QuadWord {
  q0: mat4x4<f32>,
  q1: mat4x4<f32>,
  q2: mat4x4<f32>,
  q3: mat4x4<f32>,
  q4: mat4x4<f32>,
  q5: mat4x4<f32>,
  q6: mat4x4<f32>,
  q7: mat4x4<f32>,
}

// The same by channels.
struct Channels {
  c0: Word,
  c1: Word,
  c2: Word,
  c3: Word,
}

fn channelsOf(all: QuadWord) -> Channels {
  return Channels(
    Word(
      all.q0[0], all.q1[0], all.q2[0], all.q3[0],
      all.q4[0], all.q5[0], all.q6[0], all.q7[0],
    ),
    Word(
      all.q0[1], all.q1[1], all.q2[1], all.q3[1],
      all.q4[1], all.q5[1], all.q6[1], all.q7[1],
    ),
    Word(
      all.q0[2], all.q1[2], all.q2[2], all.q3[2],
      all.q4[2], all.q5[2], all.q6[2], all.q7[2],
    ),
    Word(
      all.q0[3], all.q1[3], all.q2[3], all.q3[3],
      all.q4[3], all.q5[3], all.q6[3], all.q7[3],
    ),
  );
}

// Coefficients of four channels, from channel c on, a channel in a column.
fn coefficientsOf(c: u32) -> mat4x4<f32> {
  return mat4x4(
    coefficients[c],
    coefficients[c + 1],
    coefficients[c + 2],
    coefficients[c + 3],
  );
}

// Drives of bins t to t + 3; bin 0 is at `start`. Those from T on are not used.
fn fourBins(start: u32, t: u32) -> mat4x4<f32> {
  var bins = mat4x4<f32>();
  if (t < T) {
    let row = pixels * quads;
    let at = start + t * row;
    bins = mat4x4(
      xQuads[at],
      xQuads[at + row],
      xQuads[at + 2 * row],
      xQuads[at + 3 * row],
    );
  }
  return transpose(bins);
}

// Drives of all bins.
fn channelDrives(start: u32) -> Channels {
  return channelsOf(QuadWord(
    fourBins(start, 0u),
    fourBins(start, 4u),
    fourBins(start, 8u),
    fourBins(start, 12u),
    fourBins(start, 16u),
    fourBins(start, 20u),
    fourBins(start, 24u),
    fourBins(start, 28u),
  ));
}

// Bits of the bins t to t + 3 before T in which potentials reach the threshold.
fn bitsOf(past: Past, t: u32) -> u32 {
  let bins = vec4(t) + vec4(0u, 1u, 2u, 3u);
  let fires = (past.u >= vec4(theta)) & (bins < vec4(T));
  let bits = select(vec4(), vec4(1u) << (bins % vec4(32u)), fires);
  return bits.x | bits.y | bits.z | bits.w;
}

// Integrates the bins of a channel; returns its word of spikes.
fn fire(coefficient: vec4<f32>, drives: Word) -> u32 {
  var neuron = atRest();
  let past = integrate(&neuron, coefficient, drives, T);
  return bitsOf(past.q0, 0u) | bitsOf(past.q1, 4u) | bitsOf(past.q2, 8u) |
    bitsOf(past.q3, 12u) | bitsOf(past.q4, 16u) | bitsOf(past.q5, 20u) |
    bitsOf(past.q6, 24u) | bitsOf(past.q7, 28u);
}

// Counts the spikes of a neuron.
fn countSpikes(neuron: u32, count: u32) {
  if (count > 0) {
    atomicAdd(&fired[neuron], count);
  }
}

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  // In i, quads vary fastest, then strips.
  for (var i = id.x; i < S * quads; i += groups.x * 64) {
    let quad = i % quads;
    let strip = i / quads;
    let own = coefficientsOf(4 * quad);
    var ones = vec4<u32>();
    for (var p = 0u; p < pixelsOf(strip); p++) {
      let pixel = strip * stripPixels + p;
      let drives = channelDrives((n * T * pixels + pixel) * quads + quad);
      let bits = vec4(
        fire(own[0], drives.c0),
        fire(own[1], drives.c1),
        fire(own[2], drives.c2),
        fire(own[3], drives.c3),
      );
      spikeQuads[(n * pixels + pixel) * quads + quad] = bits;
      let count = countOneBits(bits);
      let neuron = pixel * C + 4 * quad;
      countSpikes(neuron, count.x);
      countSpikes(neuron + 1, count.y);
      countSpikes(neuron + 2, count.z);
      countSpikes(neuron + 3, count.w);
      ones += count;
    }
    let all = ones.x + ones.y + ones.z + ones.w;
    if (all > 0) {
      atomicAdd(&tally[batch.slot * stride + layer], all);
    }
  }
}

// Routes of four channels.
fn routesOf(at: u32) -> vec4<u32> {
  if (routed) {
    return vec4(routes[at], routes[at + 1], routes[at + 2], routes[at + 3]);
  }
  return vec4(0xffffffffu);
}

// Gradients of the layer's output in bins t to t + 3, if a route has one.
fn fourAbove(start: u32, t: u32, route: u32) -> mat4x4<f32> {
  var bins = mat4x4<f32>();
  if (t < T && ((route >> t) & 15) != 0) {
    let row = outPixels * quads;
    let at = start + t * row;
    bins = mat4x4(
      aboveQuads[at],
      aboveQuads[at + row],
      aboveQuads[at + 2 * row],
      aboveQuads[at + 3 * row],
    );
  }
  return transpose(bins);
}

// Gradients of the layer's output in all bins.
fn channelsAbove(start: u32, route: vec4<u32>) -> Channels {
  let any = route.x | route.y | route.z | route.w;
  return channelsOf(QuadWord(
    fourAbove(start, 0u, any),
    fourAbove(start, 4u, any),
    fourAbove(start, 8u, any),
    fourAbove(start, 12u, any),
    fourAbove(start, 16u, any),
    fourAbove(start, 20u, any),
    fourAbove(start, 24u, any),
    fourAbove(start, 28u, any),
  ));
}

// Steps those of bins t + 3 to t that are before T backward; returns the
// gradients of their drives.
fn backFour(
  own: ptr<function, Back>,
  past: Past,
  gradients: vec4<f32>,
  route: u32,
  t: u32,
) -> vec4<f32> {
  let isOpen = (vec4(route >> t) & vec4(1u, 2u, 4u, 8u)) != vec4(0u);
  var ds = select(vec4(), gradients, isOpen);
  if (sparse) {
    ds += vec4(coefficients[floats].x);
  }
  let u = past.u;
  let recalled = past.recalled;
  var back = *own;
  var dx = vec4<f32>();
  if (t + 3 < T) {
    dx.w = stepBackFrom(&back, recalled.w, u.w, u.w >= theta, ds.w);
  }
  if (t + 2 < T) {
    dx.z = stepBackFrom(&back, recalled.z, u.z, u.z >= theta, ds.z);
  }
  if (t + 1 < T) {
    dx.y = stepBackFrom(&back, recalled.y, u.y, u.y >= theta, ds.y);
  }
  if (t < T) {
    dx.x = stepBackFrom(&back, recalled.x, u.x, u.x >= theta, ds.x);
  }
  *own = back;
  return dx;
}

// Backpropagates through the bins of a channel; returns the gradients of its
// drives.
fn differentiate(
  coefficient: vec4<f32>,
  drives: Word,
  gradients: Word,
  route: u32,
) -> Word {
  var neuron = atRest();
  let past = integrate(&neuron, coefficient, drives, T);
  var back = Back();
  var dx = Word();
  dx.q7 = backFour(&back, past.q7, gradients.q7, route, 28u);
  dx.q6 = backFour(&back, past.q6, gradients.q6, route, 24u);
  dx.q5 = backFour(&back, past.q5, gradients.q5, route, 20u);
  dx.q4 = backFour(&back, past.q4, gradients.q4, route, 16u);
  dx.q3 = backFour(&back, past.q3, gradients.q3, route, 12u);
  dx.q2 = backFour(&back, past.q2, gradients.q2, route, 8u);
  dx.q1 = backFour(&back, past.q1, gradients.q1, route, 4u);
  dx.q0 = backFour(&back, past.q0, gradients.q0, route, 0u);
  return dx;
}

// Sums of dy, and of dy · xhat, over four bins.
fn fourSums(
  dx: vec4<f32>,
  drives: vec4<f32>,
  coefficient: vec4<f32>,
) -> vec2<f32> {
  // Drives from T on are undefined, and have no gradient.
  let xhat = (drives - vec4(coefficient.z)) * coefficient.w;
  let products = select(vec4(), dx * xhat, dx != vec4());
  return vec2(dot(dx, vec4(1.0)), dot(products, vec4(1.0)));
}

// The same over all bins of a channel.
fn sumsOf(dx: Word, drives: Word, coefficient: vec4<f32>) -> vec2<f32> {
  return fourSums(dx.q7, drives.q7, coefficient) +
    fourSums(dx.q6, drives.q6, coefficient) +
    fourSums(dx.q5, drives.q5, coefficient) +
    fourSums(dx.q4, drives.q4, coefficient) +
    fourSums(dx.q3, drives.q3, coefficient) +
    fourSums(dx.q2, drives.q2, coefficient) +
    fourSums(dx.q1, drives.q1, coefficient) +
    fourSums(dx.q0, drives.q0, coefficient);
}

// Stores bins t to t + 3 of a quad, given by channels; bin 0 is at `start`.
fn storeFour(start: u32, t: u32, channels: mat4x4<f32>) {
  let row = pixels * quads;
  let at = start + t * row;
  let bins = transpose(channels);
  if (t < T) {
    dyQuads[at] = bins[0];
  }
  if (t + 1 < T) {
    dyQuads[at + row] = bins[1];
  }
  if (t + 2 < T) {
    dyQuads[at + 2 * row] = bins[2];
  }
  if (t + 3 < T) {
    dyQuads[at + 3 * row] = bins[3];
  }
}

// Stores all bins of a quad.
fn storeChannels(start: u32, d: Channels) {
  storeFour(start, 0u, mat4x4(d.c0.q0, d.c1.q0, d.c2.q0, d.c3.q0));
  storeFour(start, 4u, mat4x4(d.c0.q1, d.c1.q1, d.c2.q1, d.c3.q1));
  storeFour(start, 8u, mat4x4(d.c0.q2, d.c1.q2, d.c2.q2, d.c3.q2));
  storeFour(start, 12u, mat4x4(d.c0.q3, d.c1.q3, d.c2.q3, d.c3.q3));
  storeFour(start, 16u, mat4x4(d.c0.q4, d.c1.q4, d.c2.q4, d.c3.q4));
  storeFour(start, 20u, mat4x4(d.c0.q5, d.c1.q5, d.c2.q5, d.c3.q5));
  storeFour(start, 24u, mat4x4(d.c0.q6, d.c1.q6, d.c2.q6, d.c3.q6));
  storeFour(start, 28u, mat4x4(d.c0.q7, d.c1.q7, d.c2.q7, d.c3.q7));
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  for (var i = id.x; i < S * quads; i += groups.x * 64) {
    let quad = i % quads;
    let strip = i / quads;
    let own = coefficientsOf(4 * quad);
    var all = mat4x2<f32>();
    for (var p = 0u; p < pixelsOf(strip); p++) {
      let pixel = strip * stripPixels + p;
      // Pixels outside all windows have no route.
      let q = min(pixel / W / window * outW + min(pixel % W / window, outW - 1),
        outPixels - 1);
      let route = routesOf((n * pixels + pixel) * C + 4 * quad);
      let start = (n * T * pixels + pixel) * quads + quad;
      let drives = channelDrives(start);
      let ds = channelsAbove((n * T * outPixels + q) * quads + quad, route);
      let dx = Channels(
        differentiate(own[0], drives.c0, ds.c0, route.x),
        differentiate(own[1], drives.c1, ds.c1, route.y),
        differentiate(own[2], drives.c2, ds.c2, route.z),
        differentiate(own[3], drives.c3, ds.c3, route.w),
      );
      all += mat4x2(
        sumsOf(dx.c0, drives.c0, own[0]),
        sumsOf(dx.c1, drives.c1, own[1]),
        sumsOf(dx.c2, drives.c2, own[2]),
        sumsOf(dx.c3, drives.c3, own[3]),
      );
      storeChannels(start, dx);
    }
    let at = ((batch.first + n) * S + strip) * floats + 4 * quad;
    sums[at] = all[0];
    sums[at + 1] = all[1];
    sums[at + 2] = all[2];
    sums[at + 3] = all[3];
  }
}

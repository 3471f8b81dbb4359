// Delta encoder of sigma-delta neurons: sends changes of the activation, in
// whole steps.
//
// forward  u[t] = a[c] · x[n, t, p, c] + b[c], see norm.wgsl
//          d[t] = f(u[t]) / step − sent[t − 1]
//          e[t] = d[t], or e[t − 1] + d[t] if `accumulates`
//          k[t] = trunc(d[t]), from −most to most, where |e[t]| ≥ theta / step,
//                 else 0
//          sent[t] = sent[t − 1] + k[t]; e[t] = 0 where k[t] ≠ 0
// stream   `forward` for the bins of a chunk of one sample, see
//          cell_stream.wgsl
// adjoint  dy[n, t, p, c] = f'(u[t]) · (dk[t] − dk[t + 1]) / step:
//          straight-through, with `sent` in place of the activation
//          sums[n, strip, c] = Σ dy, Σ dy · xhat, see norm.wgsl
//
// x             [N, T, pixels, floats]  the drive, summed by sigma.wgsl
// coefficients  [floats]                a, b, mean, inverse
// chunk         [2]                     first bin of the chunk, and bins in it
// spikes        [N, P, B, pixels, C]    k, time-packed: plane p counts 2^p, the
//                                       last −2^p; of stream bit j is bin j of
//                                       the frame
// tally         [slots, stride]         nonzero messages of each layer,
//                                       accumulated
// fired         [pixels, C]             nonzero messages of each neuron modulo
//                                       2^32, accumulated
// potentials    [N, T, pixels, floats]  u; of forward, if `keep`
// above         [N, T, pixels, floats]  dk, the gradient of the messages
// dy            [N, T, pixels, floats]
// sums          [samples of the batch, S, floats]
// carried       [pixels, C]             sent and e, updated in place
//
// One invocation owns a channel of a pixel (forward), or one of every
// pixelLanes-th pixel of a strip (adjoint).
//
// Source: O'Connor, Welling, Sigma delta quantized networks, arXiv:1611.02024;
// lava-dl's delta encoder, which rounds down and forgets what it rounds off.

override theta: f32 = 1;
override step: f32 = 1;
// Whether changes that are not sent add up until their sum is theta.
override accumulates: bool = false;
// f: 0 max(u, 0), 1 u, 2 max(u, 0.01 u), 3 1 / (1 + exp(−u)), 4 tanh(u).
override activation: u32 = 0;
override keep: bool = false;
override layer: u32 = 0;
override stride: u32 = 1;
override most: i32 = 127;
override P: u32 = 8;

@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> coefficients: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> above: array<f32>;
@group(0) @binding(5) var<storage, read> chunk: array<u32>;
@group(0) @binding(6) var<storage, read_write> spikes: array<u32>;
@group(0) @binding(7) var<storage, read_write> tally: array<atomic<u32>>;
@group(0) @binding(8) var<storage, read_write> fired: array<atomic<u32>>;
@group(0) @binding(9) var<storage, read_write> potentials: array<f32>;
@group(0) @binding(10) var<storage, read_write> dy: array<f32>;
@group(0) @binding(11) var<storage, read_write> sums: array<vec2<f32>>;
@group(0) @binding(12) var<storage, read_write> carried: array<Encoder>;

// Largest number of bit planes of a message, its sign included.
const mostPlanes = 16u;

// State of a neuron: the sum of its messages, and the sum e of the changes
// since the last one, both in steps.
struct Encoder {
  sent: i32,
  error: f32,
}

fn activate(u: f32) -> f32 {
  switch (activation) {
    case 1 { return u; }
    case 2 { return max(u, 0.01 * u); }
    case 3 { return logistic(u); }
    case 4 { return 2 * logistic(2 * u) - 1; }
    default { return max(u, 0); }
  }
}

fn slopeAt(u: f32) -> f32 {
  switch (activation) {
    case 1 { return 1; }
    case 2 { return select(0.01, 1, u > 0); }
    case 3 { return logistic(u) * logistic(-u); }
    case 4 { return 4 * logistic(2 * u) * logistic(-2 * u); }
    default { return select(0.0, 1, u > 0); }
  }
}

// exp() of more than 88 overflows.
fn logistic(u: f32) -> f32 {
  return 1 / (1 + exp(min(-u, 80)));
}

// The message at potential u.
fn messageOf(encoder: ptr<function, Encoder>, u: f32) -> i32 {
  let change = activate(u) / step - f32((*encoder).sent);
  let error = select(0, (*encoder).error, accumulates) + change;
  let whole = i32(clamp(trunc(change), f32(-most), f32(most)));
  let k = select(0, whole, abs(error) >= theta / step);
  (*encoder).sent += k;
  (*encoder).error = select(0, error, k == 0);
  return k;
}

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let B = (T + 31) / 32;
  for (var i = id.x; i < pixels * floats; i += groups.x * 64) {
    let place = i % floats;
    if (place % runFloats >= runSize) {
      continue;
    }
    let channel = place / runFloats * runSize + place % runFloats;
    let own = i / floats * C + channel;
    let coefficient = coefficients[place];
    var encoder = Encoder();
    var count = 0u;
    var planes = array<u32, mostPlanes>();
    for (var t = 0u; t < T; t++) {
      let at = (n * T + t) * pixels * floats + i;
      let u = coefficient.x * x[at] + coefficient.y;
      if (keep) {
        potentials[at] = u;
      }
      let k = messageOf(&encoder, u);
      count += u32(k != 0);
      for (var p = 0u; p < P; p++) {
        planes[p] |= ((bitcast<u32>(k) >> p) & 1) << (t % 32);
      }
      if (t % 32 == 31 || t + 1 == T) {
        for (var p = 0u; p < P; p++) {
          spikes[((n * P + p) * B + t / 32) * pixels * C + own] = planes[p];
          planes[p] = 0;
        }
      }
    }
    if (count > 0) {
      atomicAdd(&fired[own], count);
      atomicAdd(&tally[batch.slot * stride + layer], count);
    }
  }
}

@compute @workgroup_size(64)
fn stream(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let first = chunk[0];
  for (var i = id.x; i < pixels * floats; i += groups.x * 64) {
    let place = i % floats;
    if (place % runFloats >= runSize) {
      continue;
    }
    let channel = place / runFloats * runSize + place % runFloats;
    let own = i / floats * C + channel;
    let coefficient = coefficients[place];
    var encoder = carried[own];
    if (first == 0) {
      encoder = Encoder();
    }
    if (first % T == 0) {
      for (var p = 0u; p < P; p++) {
        spikes[p * pixels * C + own] = 0;
      }
    }
    for (var t = first; t < first + chunk[1]; t++) {
      let at = t % T * pixels * floats + i;
      let u = coefficient.x * x[at] + coefficient.y;
      potentials[at] = u;
      let k = messageOf(&encoder, u);
      for (var p = 0u; p < P; p++) {
        let bit = (bitcast<u32>(k) >> p) & 1;
        spikes[p * pixels * C + own] |= bit << (t % T);
      }
    }
    carried[own] = encoder;
  }
}

var<workgroup> sh_sums: array<vec2<f32>, 64>;

@compute @workgroup_size(64)
fn adjoint(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let place = group.y * channelLanes + lane % channelLanes;
  let n = group.z;
  let size = pixels * floats;
  var all = vec2<f32>();
  if (place < floats) {
    let coefficient = coefficients[place];
    let isThere = place % runFloats < runSize;
    let end = pixelsOf(group.x);
    for (var p = lane / channelLanes; p < end; p += pixelLanes) {
      let start = n * T * size + (group.x * stripPixels + p) * floats + place;
      for (var t = 0u; t < T; t++) {
        let at = start + t * size;
        let u = coefficient.x * x[at] + coefficient.y;
        var gradient = 0.0;
        if (isThere) {
          gradient = above[at];
          if (t + 1 < T) {
            gradient -= above[at + size];
          }
          gradient = slopeAt(u) * gradient / step;
          let xhat = (x[at] - coefficient.z) * coefficient.w;
          all += gradient * vec2(1.0, xhat);
        }
        dy[at] = gradient;
      }
    }
  }
  sh_sums[lane] = all;
  for (var half = pixelLanes / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane / channelLanes < half) {
      sh_sums[lane] += sh_sums[lane + half * channelLanes];
    }
  }
  if (lane < channelLanes && place < floats) {
    let at = ((batch.first + n) * S + group.x) * floats + place;
    sums[at] = sh_sums[lane];
  }
}

// Delta encoder of sigma-delta neurons: sends changes of the activation, in
// whole thresholds.
//
// forward  u[t] = a[c] · x[n, t, p, c] + b[c], see norm.wgsl
//          k[t] = trunc(max(u[t], 0) / theta − sent[t − 1]), from −most to most
//          sent[t] = sent[t − 1] + k[t]
// stream   `forward` for the bins of a chunk of one sample, see
//          cell_stream.wgsl
// adjoint  dy[n, t, p, c] = (dk[t] − dk[t + 1]) / theta where u[t] > 0, else 0:
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
// carried       [pixels, C]             sent, updated in place
//
// One invocation owns a channel of a pixel (forward), or one of every
// pixelLanes-th pixel of a strip (adjoint).
//
// Source: O'Connor, Welling, Sigma delta quantized networks, arXiv:1611.02024;
// lava-dl's sigma-delta blocks, whose messages are not whole thresholds.

override theta: f32 = 1;
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
@group(0) @binding(12) var<storage, read_write> carried: array<i32>;

// Largest number of bit planes of a message, its sign included.
const mostPlanes = 8u;

// The message at potential u, where `sent` thresholds have been sent.
fn changeOf(u: f32, sent: i32) -> i32 {
  let change = trunc(max(u, 0) / theta - f32(sent));
  return i32(clamp(change, f32(-most), f32(most)));
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
    var sent = 0;
    var count = 0u;
    var planes = array<u32, mostPlanes>();
    for (var t = 0u; t < T; t++) {
      let at = (n * T + t) * pixels * floats + i;
      let u = coefficient.x * x[at] + coefficient.y;
      if (keep) {
        potentials[at] = u;
      }
      let k = changeOf(u, sent);
      sent += k;
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
    var sent = select(carried[own], 0, first == 0);
    if (first % T == 0) {
      for (var p = 0u; p < P; p++) {
        spikes[p * pixels * C + own] = 0;
      }
    }
    for (var t = first; t < first + chunk[1]; t++) {
      let at = t % T * pixels * floats + i;
      let u = coefficient.x * x[at] + coefficient.y;
      potentials[at] = u;
      let k = changeOf(u, sent);
      sent += k;
      for (var p = 0u; p < P; p++) {
        let bit = (bitcast<u32>(k) >> p) & 1;
        spikes[p * pixels * C + own] |= bit << (t % T);
      }
    }
    carried[own] = sent;
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
        if (isThere && u > 0) {
          gradient = above[at];
          if (t + 1 < T) {
            gradient -= above[at + size];
          }
          gradient /= theta;
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

// Batch normalisation of drives over samples, bins and pixels, and the affine
// map of drives in layers with a bias or without either.
//
// y[n, t, p, c] = a[c] · x[n, t, p, c] + b[c]
//
// statistics    partial[n, strip, c] = mean and sum of squared deviations of x
//               over the bins and pixels of a strip
// statisticsQuads  computes the equation of `statistics`, for devices on which
//               loads dominate
// total         mean, variance = those of the whole batch, in a fixed order;
//               a = gamma · scale / sqrt(scale² · variance + epsilon)
//               b = beta − a · mean
//               runningMean, runningVar move to those of scale · x by momentum,
//               the variance without bias
// wholeTotal    a, b and inverse of total with `meanOnly`, divided by
//               p = 2^⌈log₂ sqrt(scale² · variance + epsilon)⌉, the exponent
//               from −3 to 3, the variance that of all channels together, to
//               which wholeVar moves by momentum, without bias; changed in
//               place
// running       a and b of total from runningMean and runningVar
// wholeRunning  a and b of wholeTotal from runningMean and wholeVar
// affine        a = scale, b = beta, without statistics
// adjointTotal  dbeta[c] = Σ dy, dgamma[c] = Σ dy · xhat, from their sums over
//               samples, and the coefficients of apply
// apply         dy = A[c] · dy + B[c] · x + D[c], from the gradient of the
//               normalised drive to that of the drive, changed in place
// scaleRows     x[n] = x[n] / largest[n], changed in place
// If `meanOnly`, only the mean is subtracted: gamma and sqrt(scale² · variance
// + epsilon) are 1, and beta is 0.
// If step > 0, beta of affine and the means that are subtracted are rounded to
// multiples of it, straight-through, see quantize.wgsl.
// where xhat = (x − mean) · inverse, inverse = scale / sqrt(scale² · variance +
// epsilon), and scale is the height of incoming spikes.
//
// x, values                     [N, T, pixels, floats]
// xQuads, quads                 [N, T, pixels, floats / 4]  x, and dy
// partial                       [samples of the batch, S, floats]
// partials, sums                [samples of the batch, floats]  of
//                               norm_samples.wgsl
// coefficients, coefficient     [floats]  a, b, mean, inverse
// back, factors                 [3, floats]  A, B, D, as floats or quads
// gamma, beta                   [floats]
// dgamma, dbeta                 [floats]  added to, or replaced
// runningMean, runningVar       [floats]  changed in place
// wholeVar                      [1]       changed in place
// largest                       [N]  largest count of each sample
//
// One workgroup owns a channel (total, adjointTotal) or all (wholeTotal), one
// invocation a channel (running, wholeRunning, affine), a quad of channels of a
// strip (statisticsQuads), or every stride-th value (apply, scaleRows).
//
// Source: Ioffe, Szegedy, arXiv:1502.03167; sums are those of moments.wgsl.
// wholeTotal: lava-dl's WgtScaleBatchNorm, whose running variance has
// n / (n + 1) in place of n / (n − 1).

override epsilon: f32 = 0.00001;
override momentum: f32 = 0.1;
override scale: f32 = 1;
// Divides the height by 1 − dropout during training.
override kept: f32 = 1;
// Whether only means are subtracted, without scaling.
override meanOnly: bool = false;
// 0: nothing is rounded.
override step: f32 = 0;
// Whether the unit normalises, for adjointTotal.
override normalises: bool = false;

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> partials: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> sums: array<vec2<f32>>;
@group(0) @binding(4) var<storage, read> gamma: array<f32>;
@group(0) @binding(5) var<storage, read> beta: array<f32>;
@group(0) @binding(6) var<storage, read> largest: array<u32>;
@group(0) @binding(7) var<storage, read> coefficient: array<vec4<f32>>;
@group(0) @binding(8) var<storage, read> factors: array<vec4<f32>>;
@group(0) @binding(9) var<storage, read> xQuads: array<vec4<f32>>;
@group(0) @binding(10) var<storage, read_write> partial: array<vec2<f32>>;
@group(0) @binding(11) var<storage, read_write> coefficients: array<vec4<f32>>;
@group(0) @binding(12) var<storage, read_write> back: array<f32>;
@group(0) @binding(13) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(14) var<storage, read_write> dbeta: array<f32>;
@group(0) @binding(15) var<storage, read_write> runningMean: array<f32>;
@group(0) @binding(16) var<storage, read_write> runningVar: array<f32>;
@group(0) @binding(17) var<storage, read_write> values: array<f32>;
@group(0) @binding(18) var<storage, read_write> quads: array<vec4<f32>>;
@group(0) @binding(19) var<storage, read_write> wholeVar: array<f32>;

// Moments of the lanes of a strip, and of those that reduce samples. Two
// arrays, since a kernel's workgroup memory is zeroed before it runs.
var<workgroup> sh_strip: array<Moments, 64>;
var<workgroup> sh_all: array<Moments, totalLanes>;

@compute @workgroup_size(64)
fn statistics(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let channel = group.y * channelLanes + lane % channelLanes;
  let strip = group.x;
  let first = strip * stripPixels;
  let row = pixels * floats;
  // Deviations are taken from the first value, which is close to the mean.
  var shift = 0.0;
  var count = 0.0;
  var sum = 0.0;
  var squares = 0.0;
  if (channel < floats) {
    for (var p = lane / channelLanes; p < pixelsOf(strip); p += pixelLanes) {
      let start = group.z * T * row + (first + p) * floats + channel;
      if (count == 0) {
        shift = x[start];
      }
      for (var t = 0u; t < T; t += 4) {
        // Four loads are issued before the first is used.
        let at = start + t * row;
        let drives =
          vec4(x[at], x[at + row], x[at + 2 * row], x[at + 3 * row]);
        let bins = vec4(t) + vec4(0u, 1u, 2u, 3u);
        let deviations = select(vec4(), drives - vec4(shift), bins < vec4(T));
        sum += dot(deviations, vec4(1.0));
        squares += dot(deviations, deviations);
      }
      count += f32(T);
    }
  }
  var own = Moments();
  if (count > 0) {
    let mean = sum / count;
    own = Moments(count, shift + mean, max(squares - sum * mean, 0));
  }
  sh_strip[lane] = own;
  for (var half = pixelLanes / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane / channelLanes < half) {
      sh_strip[lane] =
        merged(sh_strip[lane], sh_strip[lane + half * channelLanes]);
    }
  }
  if (lane < channelLanes && channel < floats) {
    let all = sh_strip[lane];
    let at = ((batch.first + group.z) * S + strip) * floats + channel;
    partial[at] = vec2(all.mean, all.squares);
  }
}

// Deviations from `shift` in a bin, 0 from T on.
fn deviationsAt(at: u32, t: u32, shift: vec4<f32>) -> vec4<f32> {
  return select(vec4(), xQuads[at] - shift, t < T);
}

@compute @workgroup_size(64)
fn statisticsQuads(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let own = floats / 4;
  let row = pixels * own;
  // In i, quads vary fastest, then strips.
  for (var i = id.x; i < S * own; i += groups.x * 64) {
    let quad = i % own;
    let strip = i / own;
    let origin = id.z * T * row + strip * stripPixels * own + quad;
    let shift = xQuads[origin];
    var sum = vec4<f32>();
    var squares = vec4<f32>();
    for (var p = 0u; p < pixelsOf(strip); p++) {
      for (var t = 0u; t < T; t += 4) {
        let at = origin + p * own + t * row;
        let d0 = deviationsAt(at, t, shift);
        let d1 = deviationsAt(at + row, t + 1, shift);
        let d2 = deviationsAt(at + 2 * row, t + 2, shift);
        let d3 = deviationsAt(at + 3 * row, t + 3, shift);
        sum += d0 + d1 + d2 + d3;
        squares += d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3;
      }
    }
    let count = f32(pixelsOf(strip) * T);
    let mean = sum / max(count, 1);
    let around = max(squares - sum * mean, vec4());
    // The last strips may have no pixels.
    let centre = select(vec4(), shift + mean, count > 0);
    let at = ((batch.first + id.z) * S + strip) * floats + 4 * quad;
    partial[at] = vec2(centre.x, around.x);
    partial[at + 1] = vec2(centre.y, around.y);
    partial[at + 2] = vec2(centre.z, around.z);
    partial[at + 3] = vec2(centre.w, around.w);
  }
}

// A bias, or the mean of a drive, as it is used.
fn rounded(value: f32) -> f32 {
  if (step > 0) {
    return step * round(value / step);
  }
  return value;
}

// Gamma, beta and inverse deviation of a channel.
fn gammaOf(channel: u32) -> f32 {
  return select(gamma[channel], 1.0, meanOnly);
}

fn betaOf(channel: u32) -> f32 {
  return select(beta[channel], 0.0, meanOnly);
}

fn inverseOf(variance: f32) -> f32 {
  return select(inverseSqrt(variance + epsilon), 1.0, meanOnly);
}

@compute @workgroup_size(totalLanes)
fn total(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let channel = group.x;
  var own = Moments();
  for (var n = lane; n < batch.total; n += totalLanes) {
    let part = partials[n * floats + channel];
    own = merged(own, Moments(f32(pixels * T), part.x, part.y));
  }
  sh_all[lane] = own;
  for (var half = totalLanes / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      sh_all[lane] = merged(sh_all[lane], sh_all[lane + half]);
    }
  }
  if (lane > 0) {
    return;
  }
  let all = sh_all[0];
  let height = scale / kept;
  let variance = height * height * all.squares / all.count;
  let inverse = height * inverseOf(variance);
  let a = gammaOf(channel) * inverse;
  coefficients[channel] =
    vec4(a, betaOf(channel) - rounded(a * all.mean), all.mean, inverse);
  let unbiased = variance * all.count / max(all.count - 1, 1);
  runningMean[channel] =
    mix(runningMean[channel], height * all.mean, momentum);
  runningVar[channel] = mix(runningVar[channel], unbiased, momentum);
}

@compute @workgroup_size(totalLanes)
fn wholeTotal(@builtin(local_invocation_index) lane: u32) {
  var own = Moments();
  for (var i = lane; i < batch.total * floats; i += totalLanes) {
    if (i % runFloats < runSize) {
      let part = partials[i];
      own = merged(own, Moments(f32(pixels * T), part.x, part.y));
    }
  }
  sh_all[lane] = own;
  for (var half = totalLanes / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      sh_all[lane] = merged(sh_all[lane], sh_all[lane + half]);
    }
  }
  workgroupBarrier();
  let all = sh_all[0];
  let height = scale / kept;
  let variance = height * height * all.squares / all.count;
  let factor = vec4(1, 1, 0, 1) / powerAbove(variance) + vec4(0, 0, 1, 0);
  for (var channel = lane; channel < floats; channel += totalLanes) {
    coefficients[channel] *= factor;
  }
  if (lane == 0) {
    let unbiased = variance * all.count / max(all.count - 1, 1);
    wholeVar[0] = mix(wholeVar[0], unbiased, momentum);
  }
}

// The smallest power of two from 1/8 to 8 that is not below the deviation.
fn powerAbove(variance: f32) -> f32 {
  var power = 0.125;
  while (power < 8 && power * power < variance + epsilon) {
    power *= 2;
  }
  return power;
}

@compute @workgroup_size(64)
fn wholeRunning(@builtin(global_invocation_id) id: vec3<u32>) {
  let channel = id.x;
  if (channel >= floats) {
    return;
  }
  let a = 1 / powerAbove(wholeVar[0]);
  let mean = runningMean[channel];
  coefficients[channel] =
    vec4(a * scale, -a * rounded(mean), mean / scale, a * scale);
}

@compute @workgroup_size(64)
fn running(@builtin(global_invocation_id) id: vec3<u32>) {
  let channel = id.x;
  if (channel >= floats) {
    return;
  }
  let inverse = inverseOf(runningVar[channel]);
  let a = gammaOf(channel) * inverse;
  let b = betaOf(channel) - rounded(a * runningMean[channel]);
  coefficients[channel] =
    vec4(a * scale, b, runningMean[channel] / scale, inverse * scale);
}

@compute @workgroup_size(64)
fn affine(@builtin(global_invocation_id) id: vec3<u32>) {
  let channel = id.x;
  if (channel >= floats) {
    return;
  }
  let height = select(scale, scale / kept, batch.trains > 0);
  coefficients[channel] = vec4(height, rounded(beta[channel]), 0.0, 0.0);
}

var<workgroup> sh_sums: array<vec2<f32>, totalLanes>;

@compute @workgroup_size(totalLanes)
fn adjointTotal(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let channel = group.x;
  var own = vec2<f32>();
  for (var n = lane; n < batch.total; n += totalLanes) {
    own += sums[n * floats + channel];
  }
  sh_sums[lane] = own;
  for (var half = totalLanes / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      sh_sums[lane] += sh_sums[lane + half];
    }
  }
  if (lane > 0) {
    return;
  }
  let all = sh_sums[0];
  var before = vec2<f32>();
  if (batch.accumulates > 0) {
    before = vec2(dbeta[channel], dgamma[channel]);
  }
  dbeta[channel] = before.x + all.x;
  dgamma[channel] = before.y + all.y;
  let now = coefficient[channel];
  // Running statistics are constants with respect to the drive.
  let depends = normalises && batch.trains > 0;
  let means = all / f32(batch.total * T * pixels);
  let slope =
    select(0, -now.x * now.w * means.y, depends && !meanOnly);
  back[channel] = now.x;
  back[floats + channel] = slope;
  back[2 * floats + channel] =
    select(0, -now.x * means.x - slope * now.z, depends);
}

@compute @workgroup_size(64)
fn apply(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = T * pixels * floats / 4;
  for (var i = id.x; i < size; i += groups.x * 64) {
    let at = id.z * size + i;
    let quad = i % (floats / 4);
    let slopes = factors[floats / 4 + quad];
    let offsets = factors[2 * (floats / 4) + quad];
    quads[at] = fma(factors[quad], quads[at], fma(slopes, xQuads[at], offsets));
  }
}

@compute @workgroup_size(64)
fn scaleRows(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = T * pixels * floats;
  for (var i = id.x; i < size; i += groups.x * 64) {
    values[id.z * size + i] /= f32(max(largest[id.z], 1u));
  }
}

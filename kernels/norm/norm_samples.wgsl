// Reduction of the strips of each sample, in a fixed order, before norm.wgsl
// reduces samples: ranks exchange the sums of samples, not those of strips.
//
// sampleMoments  sample[n, c] = mean and sum of squared deviations over all
//                strips of a sample, from those of strips
// sampleSums     sample[n, c] = Σ sums[n, strip, c]
//
// partial  [samples of the batch, S, floats]  of `statistics` in norm.wgsl
// sums     [samples of the batch, S, floats]  Σ dy and Σ dy · xhat of
//                                             cell_adjoint.wgsl
// sample   [samples of the batch, floats]
//
// One workgroup owns sampleChannels channels of a sample.

@group(0) @binding(1) var<storage, read> partial: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> sums: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read_write> sample: array<vec2<f32>>;

// Channels of a workgroup, and lanes of each channel.
const sampleChannels = 16u;
const sampleLanes = totalLanes / sampleChannels;

var<workgroup> sh_moments: array<Moments, totalLanes>;

@compute @workgroup_size(totalLanes)
fn sampleMoments(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let channel = group.x * sampleChannels + lane % sampleChannels;
  let n = batch.first + group.z;
  var own = Moments();
  if (channel < floats) {
    for (var i = lane / sampleChannels; i < S; i += sampleLanes) {
      let part = partial[(n * S + i) * floats + channel];
      let count = f32(pixelsOf(i) * T);
      own = merged(own, Moments(count, part.x, part.y));
    }
  }
  sh_moments[lane] = own;
  for (var half = totalLanes / 2; half >= sampleChannels; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      sh_moments[lane] = merged(sh_moments[lane], sh_moments[lane + half]);
    }
  }
  if (lane < sampleChannels && channel < floats) {
    let all = sh_moments[lane];
    sample[n * floats + channel] = vec2(all.mean, all.squares);
  }
}

var<workgroup> sh_sums: array<vec2<f32>, totalLanes>;

@compute @workgroup_size(totalLanes)
fn sampleSums(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let channel = group.x * sampleChannels + lane % sampleChannels;
  let n = batch.first + group.z;
  var own = vec2<f32>();
  if (channel < floats) {
    for (var i = lane / sampleChannels; i < S; i += sampleLanes) {
      own += sums[(n * S + i) * floats + channel];
    }
  }
  sh_sums[lane] = own;
  for (var half = totalLanes / 2; half >= sampleChannels; half /= 2) {
    workgroupBarrier();
    if (lane < half) {
      sh_sums[lane] += sh_sums[lane + half];
    }
  }
  if (lane < sampleChannels && channel < floats) {
    sample[n * floats + channel] = sh_sums[lane];
  }
}

// Learned responses (PSP kernels) as tables of taps, between a layer's synapse
// and its neurons. The synapse gives `filters` drives for each neuron, each
// with a table of its own.
//
// forward  y[n, t, f] = Σ_i Σ_k response[i, k] · x[n, t − k, f · filters + i]
// adjoint  dx[n, t, f · filters + i] = Σ_k response[i, k] · dy[n, t + k, f]
// Terms outside [0, T) are absent.
//
// response  [filters, K]          the taps
// x         [N, T, inRow]         the drives
// dy        [N, sampleRows, 4·Q]  gradient of y, in the first T rows
// y         [N, sampleRows, 4·Q]  the responses, in the first T rows
// dx        [N, T, inRow]         gradient of the drives
// A run of x or dx holds the drives of a run of neurons, padded to whole quads;
// inRow floats are all runs.
//
// One invocation owns a neuron (forward) or one of its drives (adjoint).

override T: u32;
override sampleRows: u32;
override F: u32;
override K: u32;
override filters: u32 = 1;
override runSize: u32;
// Floats of a run of neurons and of a run of drives, and of a bin of each.
override run: u32 = (runSize + 3) / 4 * 4;
override inRun: u32 = (runSize * filters + 3) / 4 * 4;
override row: u32 = F / runSize * run;
override inRow: u32 = F / runSize * inRun;

@group(0) @binding(0) var<storage, read> response: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

// Tap k of table i, 0 past the last.
fn tapAt(i: u32, k: u32) -> f32 {
  return select(0.0, response[i * K + min(k, K - 1)], k < K);
}

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var f = id.x; f < F; f += groups.x * 64) {
    let above = id.z * sampleRows * row + f / runSize * run + f % runSize;
    let below = f / runSize * inRun + f % runSize * filters;
    for (var t = 0u; t < T; t += 4) {
      var sum = vec4<f32>();
      for (var i = 0u; i < filters; i++) {
        let at = id.z * T * inRow + below + i;
        // Taps by which the drive of one bin contributes to bins t to t + 3.
        var taps = vec4(0.0, 0.0, 0.0, tapAt(i, 0u));
        for (var k = 0u; k < min(K + 3, t + 4); k++) {
          let bin = t + 3 - k;
          if (bin < T) {
            sum += taps * x[at + bin * inRow];
          }
          taps = vec4(taps.yzw, tapAt(i, k + 1));
        }
      }
      for (var j = 0u; j < min(4u, T - t); j++) {
        y[above + (t + j) * row] = sum[j];
      }
    }
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var drive = id.x; drive < F * filters; drive += groups.x * 64) {
    let f = drive / filters;
    let i = drive % filters;
    let above = id.z * sampleRows * row + f / runSize * run + f % runSize;
    let place = f / runSize * inRun + f % runSize * filters + i;
    let below = id.z * T * inRow + place;
    for (var t = 0u; t < T; t += 4) {
      var taps = vec4(tapAt(i, 0u), 0.0, 0.0, 0.0);
      var sum = vec4<f32>();
      for (var k = 0u; k < min(K + 3, T - t); k++) {
        sum += taps * dy[above + (t + k) * row];
        taps = vec4(tapAt(i, k + 1), taps.xyz);
      }
      for (var j = 0u; j < min(4u, T - t); j++) {
        dx[below + (t + j) * inRow] = sum[j];
      }
    }
  }
}

// Learned responses in a stream, as in filter.wgsl; drives are carried from
// chunk to chunk.
//
// forward  y[t, f] = Σ_i Σ_k response[i, k] · x[t − k, f · filters + i], for
//          the bins t of a chunk; terms before bin 0 are absent
//
// chunk       [2]                 first bin of the chunk, and bins in it; they
//                                 lie in one frame, which begins at a multiple
//                                 of frameBins
// response    [filters, K]        the taps
// x           [frameBins, inRow]  drives of the frame
// y           [frameBins, 4·Q]    responses of the frame
// lastDrives  [K, inRow]          drives of the last K bins, bin t in row t % K
// Runs of x and y are padded as in filter.wgsl.
//
// One invocation owns a neuron.

override F: u32;
override K: u32;
override filters: u32 = 1;
override runSize: u32;
override frameBins: u32 = 8;
// Floats of a run of neurons and of a run of drives, and of a bin of each.
override run: u32 = (runSize + 3) / 4 * 4;
override inRun: u32 = (runSize * filters + 3) / 4 * 4;
override row: u32 = F / runSize * run;
override inRow: u32 = F / runSize * inRun;

@group(0) @binding(0) var<storage, read> chunk: array<u32>;
@group(0) @binding(1) var<storage, read> response: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> lastDrives: array<f32>;

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let first = chunk[0];
  for (var f = id.x; f < F; f += groups.x * 64) {
    let above = f / runSize * run + f % runSize;
    let below = f / runSize * inRun + f % runSize * filters;
    for (var t = first; t < first + chunk[1]; t++) {
      let bin = t % frameBins;
      // The order of summation is that of filter.wgsl, for the same bits.
      var sum = 0.0;
      for (var i = 0u; i < filters; i++) {
        let at = below + i;
        lastDrives[t % K * inRow + at] = x[bin * inRow + at];
        for (var k = 0u; k < K && k <= t; k++) {
          sum += response[i * K + k] * lastDrives[(t - k) % K * inRow + at];
        }
      }
      y[above + bin * row] = sum;
    }
  }
}

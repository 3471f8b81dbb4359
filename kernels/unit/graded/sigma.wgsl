// Running sums of drives over time, in place: the sigma decoder of sigma-delta
// neurons, since incoming messages are differences (kept = 1), and currents
// that decay, where a normalisation is that of the current.
//
// forward  y[n, t, i] = x[n, t, i] + kept · y[n, t − 1, i]
// adjoint  dx[n, t, i] = dy[n, t, i] + kept · dx[n, t + 1, i]
//
// stream   `forward` for a frame of a stream, from the sum before the frame;
//          the drives of the frame are recomputed with each chunk
//
// chunk    [2]                     see cell_stream.wgsl
// values   [N, T, pixels, floats]  x, then y; or dy, then dx
// carried  [pixels, floats]        sum before the frame, then at its end
//
// One invocation owns a channel of a pixel.

// Share of the sum that is kept in a bin.
override kept: f32 = 1;

@group(0) @binding(1) var<storage, read> chunk: array<u32>;
@group(0) @binding(2) var<storage, read_write> values: array<f32>;
@group(0) @binding(3) var<storage, read_write> carried: array<vec2<f32>>;

@compute @workgroup_size(64)
fn forward(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = pixels * floats;
  for (var i = id.x; i < size; i += groups.x * 64) {
    var sum = 0.0;
    for (var t = 0u; t < T; t++) {
      let at = (id.z * T + t) * size + i;
      sum = fma(kept, sum, values[at]);
      values[at] = sum;
    }
  }
}

@compute @workgroup_size(64)
fn stream(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = pixels * floats;
  for (var i = id.x; i < size; i += groups.x * 64) {
    var before = carried[i].x;
    if (chunk[0] % T == 0) {
      before = select(carried[i].y, 0.0, chunk[0] == 0);
    }
    var sum = before;
    for (var t = 0u; t < T; t++) {
      let at = t * size + i;
      sum = fma(kept, sum, values[at]);
      values[at] = sum;
    }
    carried[i] = vec2(before, sum);
  }
}

@compute @workgroup_size(64)
fn adjoint(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let size = pixels * floats;
  for (var i = id.x; i < size; i += groups.x * 64) {
    var sum = 0.0;
    for (var done = 0u; done < T; done++) {
      let at = (id.z * T + T - 1 - done) * size + i;
      sum = fma(kept, sum, values[at]);
      values[at] = sum;
    }
  }
}

// How much of a gradient is used where its norm is limited.
//
// squares  part[r] = Σ (dw[i] / most)²  over strip r, every S-th run of 64
// limit    clip[0] = 1 / max(1, sqrt(Σ_r parts[r]))
//
// dw           [weights of all layers]
// part, parts  [S]  the same, to write and to read
// clip         [1]
//
// One workgroup owns a strip (squares), or all of them (limit). Sums run over
// the runs of a strip, lanes, then strips, so S alone decides on their order.
//
// Source: Pascanu, Mikolov, Bengio, On the difficulty of training recurrent
// neural networks, 2013, over the weights of all layers at once.

override size: u32;
override S: u32;
override most: f32;

@group(0) @binding(0) var<storage, read> dw: array<f32>;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> part: array<f32>;
@group(0) @binding(3) var<storage, read_write> clip: array<f32>;

var<workgroup> sums: array<f32, 64>;

// The sum of what the lanes have.
fn total(value: f32, lane: u32) -> f32 {
  sums[lane] = value;
  workgroupBarrier();
  var sum = 0.0;
  if (lane == 0) {
    for (var i = 0u; i < 64; i++) {
      sum += sums[i];
    }
  }
  return sum;
}

@compute @workgroup_size(64)
fn squares(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  var sum = 0.0;
  for (var i = group.x * 64 + lane; i < size; i += groups.x * 64) {
    let share = dw[i] / most;
    sum += share * share;
  }
  sum = total(sum, lane);
  if (lane == 0) {
    part[group.x] = sum;
  }
}

@compute @workgroup_size(64)
fn limit(@builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var r = lane; r < S; r += 64) {
    sum += parts[r];
  }
  sum = total(sum, lane);
  if (lane == 0) {
    // What is not a number stays none.
    clip[0] = select(1 / sqrt(sum), 1.0, sum <= 1);
  }
}

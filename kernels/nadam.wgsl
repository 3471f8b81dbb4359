// NADAM with AMSGrad as SLAYER's package has it, from the moments in
// moments.wgsl: no momentum schedule, and v is not corrected on its own.
//
// step    w −= rate · (beta1·m + (1 − beta1)·g) / (sqrt(vMax) + epsilon)
//              + decay · w
// rate = lr · sqrt(1 − beta2^t) / (1 − beta1^t) at step t, and
// decay = lr · weightDecay: it does not go through the moments.
//
// One invocation owns every stride-th quad of weights.

@compute @workgroup_size(64)
fn step(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let used = clip[0];
  for (var i = id.x; i < size / 4; i += groups.x * 64) {
    // Loaded before anything is stored.
    let before = w[i];
    let now = advance(i, used);
    let ahead = beta1 * now.first + (1 - beta1) * now.gradient;
    let change = update.rate * ahead / (sqrt(now.most) + epsilon);
    w[i] = before - (change + update.decay * before);
  }
}

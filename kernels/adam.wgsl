// Adam with AMSGrad, from the moments in moments.wgsl.
//
// step    w −= rate · m / (sqrt(vMax) · root + epsilon) + decay · w
// rate = lr / (1 − beta1^t) and root = 1 / sqrt(1 − beta2^t) at step t, and
// decay = lr · weightDecay: it does not go through the moments.
//
// One invocation owns every stride-th quad of weights.
//
// Source: as moments.wgsl, in the form that PyTorch gives it; decay as
// Loshchilov and Hutter, Decoupled weight decay regularization, 2019, have it.

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
    let scale = sqrt(now.most) * update.root + epsilon;
    let change = update.rate * now.first / scale;
    w[i] = before - (change + update.decay * before);
  }
}

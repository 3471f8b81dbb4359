// Adjoint of a stepped neuron, backward through the bins. Compiled after
// neurons.wgsl and before the WGSL of the neuron, which defines
//
// struct Back
//   its adjoint state, all 0 after the last bin
// fn stepBack(
//   back: ptr<function, Back>, potential: f32, fires: bool, gradient: f32)
//   -> f32
//   from the gradient of a spike, 0 or 1, to that of the drive of its bin;
//   updates the adjoint state; linear in gradient and state
//
// backFour  dx[n, t, f] = factor · stepBack(back, u[n, t, f], s[n, t, f],
//                                           ds[n, t, f] / gain)
// ds is divided by gain since it refers to a spike of height 1 / gain.

// Potentials of four bins, and gradients of their spikes.
struct Gradients {
  potential: vec4<f32>,
  spike: vec4<f32>,
}

// Loads bins t to t + 3; gradients are 0 from T on, and for padding.
fn gradientsOf(
  past: ptr<function, Past>,
  place: Place,
  fours: Fours,
  t: u32,
) -> Gradients {
  let bins = vec4(t, t + 1, t + 2, t + 3);
  let counts = (bins < vec4(T)) & vec4(place.isThere);
  let gradient = poolGain / gain * fours.now.above;
  return Gradients(
    select(vec4(), fours.now.potential, counts),
    select(vec4(), gradient, counts),
  );
}

// Adjoint state of one neuron.
struct NeuronBack {
  // Index of the gradient of its drive in bin 0.
  row: u32,
  factor: f32,
  back: Back,
}

// The adjoint state after the last bin.
fn startBack(row: u32, factor: f32) -> NeuronBack {
  return NeuronBack(row, factor, Back());
}

// Steps bins t + 3 to t backward and stores the gradients of their drives;
// skips bins from T on.
fn backFour(neuron: ptr<function, NeuronBack>, gradients: Gradients, t: u32) {
  if (t >= T) {
    return;
  }
  let potential = select(gradients.potential, vec4(theta), flat);
  let gradient = gradients.spike;
  let fires = (potential >= vec4(theta)) & vec4(!flat);
  var own = (*neuron).back;
  var dx: vec4<f32>;
  if (t + 3 < T) {
    dx.w = stepBack(&own, potential.w, fires.w, gradient.w);
  }
  if (t + 2 < T) {
    dx.z = stepBack(&own, potential.z, fires.z, gradient.z);
  }
  if (t + 1 < T) {
    dx.y = stepBack(&own, potential.y, fires.y, gradient.y);
  }
  dx.x = stepBack(&own, potential.x, fires.x, gradient.x);
  (*neuron).back = own;
  storeGradients((*neuron).row, (*neuron).factor * dx, t);
}

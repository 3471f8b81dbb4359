// The adjoint of a neuron that is stepped bin by bin; compiled after
// neurons.wgsl and before the text of the neuron, which has:
//
// struct Back
//   what is carried from bin to bin, back in time; 0 after the last
// fn stepBack(
//   back: ptr<function, Back>, potential: f32, fires: bool, gradient: f32)
//   -> f32
//   takes it to the bin before; from the gradient ds of s, 0 or 1, to that of
//   the drive, and linear in ds and Back
//
// back  dx[n, t, f] = factor · stepBack(back, u[n, t, f], s[n, t, f],
//                                       ds[n, t, f] / gain)
// where ds is the gradient of a spike's value, 1 / gain.

// Potentials of four bins, and gradients of their spikes; 0 from T on.
struct Gradients {
  potential: vec4<f32>,
  spike: vec4<f32>,
}

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

struct NeuronBack {
  // Where its gradients go, in bin 0.
  row: u32,
  factor: f32,
  back: Back,
}

// A neuron after its last bin; the gradients of its drive go to `row`.
fn startBack(row: u32, factor: f32) -> NeuronBack {
  return NeuronBack(row, factor, Back());
}

// Takes a neuron back over four bins from t on, those that are before T.
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

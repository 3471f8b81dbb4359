// What cell_adjoint.wgsl asks of a neuron that learns nothing but the weights
// of its synapse. Compiled after the text of such a neuron; another defines
// these itself, learns = true, and binds its parameter.
//
// learnedGradient  gradient of the parameter of a layer, from one neuron that
//                  was stepped back through all bins

const learns = false;

fn learnedGradient(back: Back) -> f32 {
  return 0;
}

// Defaults of cell_adjoint.wgsl for a neuron without learned parameters.
// Compiled after the WGSL of such a neuron; a neuron with one to four learned
// parameters defines these itself, with learns = true, and binds them.
//
// learnedGradient  gradients of the layer's parameters, 0 for those that there
//                  are not, from one neuron that was stepped backward through
//                  all bins

const learns = false;

fn learnedGradient(back: Back) -> vec4<f32> {
  return vec4<f32>();
}

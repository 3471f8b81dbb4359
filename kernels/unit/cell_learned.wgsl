// Defaults of cell_adjoint.wgsl for a neuron without a learned parameter.
// Compiled after the WGSL of such a neuron; a neuron with a learned parameter
// defines these itself, with learns = true, and binds the parameter.
//
// learnedGradient  gradient of the layer's parameter, from one neuron that was
//                  stepped backward through all bins

const learns = false;

fn learnedGradient(back: Back) -> f32 {
  return 0;
}

// Sparsity loss, which bounds a layer's firing rate: factor · max(0, rate −
// maxRate)², where rate is the mean over all its neurons and all bins of the
// batch.
//
// press     pressure = 2 · factor · max(0, rate − maxRate) / (samples · F · T),
//           the gradient of each of the layer's spikes
//
// tally     [slots, stride]  spikes of each layer, see cell.wgsl
// pressure  [floats + 1]     the last of the coefficients of cell_adjoint.wgsl
//
// One invocation owns a layer.

override T: u32;
override F: u32;
// Number of coefficients before the pressure.
override floats: u32;
override layer: u32;
override stride: u32;
override maxRate: f32 = 0.01;
override factor: f32 = 1;

@group(0) @binding(1) var<storage, read> tally: array<u32>;
@group(0) @binding(2) var<storage, read_write> pressure: array<vec4<f32>>;

@compute @workgroup_size(1)
fn press() {
  let bins = f32(batch.total) * f32(F) * f32(T);
  let rate = f32(tally[batch.slot * stride + layer]) / bins;
  let slope = 2 * factor * max(0, rate - maxRate) / bins;
  pressure[floats] = vec4(slope, 0.0, 0.0, 0.0);
}

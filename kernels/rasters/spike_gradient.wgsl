// Gradient of a unit's spikes after their axons, where spikes are delayed or
// read by their own layer; otherwise cell_adjoint.wgsl computes it.
//
// route  darrived[n, t, p, c] = doutput[n, t, q, c] where routes[n, t, p, c] is
//        set, else 0, q the pixel of the unit's output that p is pooled into
//        added: dshortcut = darrived
//        gated: dshortcut = darrived where the unit does not spike, else 0;
//        darrived is then negated where the shortcut spikes, else set to 0
//
// arrived    [N, B, pixels, C]          spikes of the unit after their axons
// routes     [N, B, pixels, C]          see pool_raster.wgsl
// shortcut   [N, B, pixels, C]          spikes of the shortcut, if gated
// doutput    [N, T, outPixels, floats]  gradient of the unit's output
// darrived   [N, T, pixels, floats]     gradient of arrived
// dshortcut  [N, T, pixels, shortcutFloats]
//
// One invocation owns a bin of a channel of a pixel.

// Columns of the pixels, side of the pooling window, and columns and pixels of
// the pooled output.
override W: u32 = 1;
override window: u32 = 1;
override outW: u32 = 1;
override outPixels: u32 = 1;
// Whether pooling or dropout selects the spikes that get a gradient; else all
// do.
override routed: bool = false;
// Residual connection: 0 none, 1 added, 2 gated.
override residual: u32 = 0;
override shortcutRun: u32 = 1;
override shortcutRunFloats: u32 = (shortcutRun + 3) / 4 * 4;
override shortcutFloats: u32 = C / shortcutRun * shortcutRunFloats;

@group(0) @binding(1) var<storage, read> arrived: array<u32>;
@group(0) @binding(2) var<storage, read> routes: array<u32>;
@group(0) @binding(3) var<storage, read> shortcut: array<u32>;
@group(0) @binding(4) var<storage, read> doutput: array<f32>;
@group(0) @binding(5) var<storage, read_write> darrived: array<f32>;
@group(0) @binding(6) var<storage, read_write> dshortcut: array<f32>;

fn isSet(word: u32, t: u32) -> bool {
  return ((word >> (t % 32)) & 1) > 0;
}

@compute @workgroup_size(64)
fn route(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  for (var i = id.x; i < T * pixels * floats; i += groups.x * 64) {
    let place = i % floats;
    let pixel = i / floats % pixels;
    let t = i / floats / pixels;
    var gradient = 0.0;
    if (place % runFloats < runSize) {
      let channel = place / runFloats * runSize + place % runFloats;
      let word = n * ((T + 31) / 32) + t / 32;
      let bits = (word * pixels + pixel) * C + channel;
      if (!routed || isSet(routes[bits], t)) {
        // Pixels outside all windows have no route.
        let column = min(pixel % W / window, outW - 1);
        let q = min(pixel / W / window * outW + column, outPixels - 1);
        gradient = doutput[((n * T + t) * outPixels + q) * floats + place];
      }
      if (residual > 0) {
        let gates = residual == 2;
        let other = channel / shortcutRun * shortcutRunFloats +
          channel % shortcutRun;
        dshortcut[((n * T + t) * pixels + pixel) * shortcutFloats + other] =
          select(gradient, 0, gates && isSet(arrived[bits], t));
        let gated = gates && isSet(shortcut[bits], t);
        gradient = select(gradient, select(0, -gradient, gated), gates);
      }
    }
    darrived[n * T * pixels * floats + i] = gradient;
  }
}

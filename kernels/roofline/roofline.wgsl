// Ceilings of a roofline model: the memory bandwidth and the arithmetic
// throughput that an adapter reaches, as a reference for kernels.
//
// transfer  to[i] = source[i]
// multiply  to[i] = 4096 multiply-adds on each component of source[i]
//
// source, to  [size]  vectors of four
//
// One invocation owns every stride-th vector (transfer), or one (multiply). In
// transfer, size is a multiple of four times the number of invocations.

override size: u32;

@group(0) @binding(0) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> to: array<vec4<f32>>;

@compute @workgroup_size(64)
fn transfer(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let stride = groups.x * 64;
  // Four loads are issued before the first store, so that their latencies
  // overlap.
  for (var i = id.x; i < size; i += 4 * stride) {
    let a = source[i];
    let b = source[i + stride];
    let c = source[i + 2 * stride];
    let d = source[i + 3 * stride];
    to[i] = a;
    to[i + stride] = b;
    to[i + 2 * stride] = c;
    to[i + 3 * stride] = d;
  }
}

@compute @workgroup_size(64)
fn multiply(@builtin(global_invocation_id) id: vec3<u32>) {
  let x = source[id.x];
  // Eight independent chains hide the latency of a multiply-add.
  var a = x;
  var b = x + 1;
  var c = x + 2;
  var d = x + 3;
  var e = x + 4;
  var f = x + 5;
  var g = x + 6;
  var h = x + 7;
  for (var i = 0; i < 128; i++) {
    a = fma(a, x, x);
    b = fma(b, x, x);
    c = fma(c, x, x);
    d = fma(d, x, x);
    e = fma(e, x, x);
    f = fma(f, x, x);
    g = fma(g, x, x);
    h = fma(h, x, x);
    a = fma(a, x, b);
    b = fma(b, x, c);
    c = fma(c, x, d);
    d = fma(d, x, e);
    e = fma(e, x, f);
    f = fma(f, x, g);
    g = fma(g, x, h);
    h = fma(h, x, a);
    a = fma(a, x, x);
    b = fma(b, x, x);
    c = fma(c, x, x);
    d = fma(d, x, x);
    e = fma(e, x, x);
    f = fma(f, x, x);
    g = fma(g, x, x);
    h = fma(h, x, x);
    a = fma(a, x, b);
    b = fma(b, x, c);
    c = fma(c, x, d);
    d = fma(d, x, e);
    e = fma(e, x, f);
    f = fma(f, x, g);
    g = fma(g, x, h);
    h = fma(h, x, a);
  }
  to[id.x] = a + b + c + d + e + f + g + h;
}

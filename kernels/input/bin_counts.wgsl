// Binning of events into counts, and of counts into bit planes. Augments
// samples on the way: events are transformed, dropped and mixed, and noise is
// added.
//
// scatter  counts[n, t, f] += 1 for each event of the sources of sample n that
//          stays, at
//            X = xx · x + xy · y + x0, Y = yx · x + yy · y + y0, rounded
//            t = ⌊(timeScale · time + timeShift) / fine⌋
//          and for each noise event, at a random t, f
// pack     bit j of spikes[n, p, b, f] = bit p of min(counts[n, t, f], most),
//          t = 32b + j
//          largest[n] = the largest of these counts
//
// events   [E]     time << addressBits | address, time in 1/`fine` bins;
//                  address = (y·sensorW + x)·C + c
// sources  [samples of the batch, 2]  where each sample's events come from:
//                  its own, and those of the sample that is mixed in, none if
//                  first = end
// counts   [N, ⌈T/2⌉, F]   two bins in a word, 16 bits each; zero on entry
// counted  [N, ⌈T/2⌉, F]   the same buffer, read by pack
// spikes   [N, P, B, F]    time-packed
// largest  [N]             zero on entry
//
// One invocation owns every stride-th event (scatter), or 32 bins of an input
// (pack).

// Events of a sample, and their augmentation.
struct Source {
  // Index of the first event, and of the end.
  first: u32,
  end: u32,
  // Events are dropped where a hash of their index is below a threshold.
  seed: u32,
  dropped: u32,
  xx: f32,
  xy: f32,
  x0: f32,
  yx: f32,
  yy: f32,
  y0: f32,
  timeScale: f32,
  timeShift: f32,
  // Box of columns and rows, from first to before end. Events inside it are
  // kept if `inside` is 1, events outside it if 0: a mixed-in sample has one of
  // the two, the sample itself the other.
  left: f32,
  top: f32,
  right: f32,
  bottom: f32,
  inside: u32,
  // Box whose events are erased.
  erasedLeft: f32,
  erasedTop: f32,
  erasedRight: f32,
  erasedBottom: f32,
  // Number of noise events.
  noise: u32,
}

override T: u32;
override C: u32 = 1;
override H: u32 = 1;
override W: u32 = 1;
// Columns of the sensor; the network may see it in another size.
override sensorW: u32 = 1;
override P: u32 = 1;
// Largest count; larger counts are clamped.
override most: u32 = 1;
override addressBits: u32 = 0;
override fine: f32 = 1;

@group(0) @binding(1) var<storage, read> events: array<u32>;
@group(0) @binding(2) var<storage, read> sources: array<Source>;
@group(0) @binding(3) var<storage, read> counted: array<u32>;
@group(0) @binding(4) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> spikes: array<u32>;
@group(0) @binding(6) var<storage, read_write> largest: array<atomic<u32>>;

fn isWithin(x: f32, y: f32, box: vec4<f32>) -> bool {
  return x >= box.x && y >= box.y && x < box.z && y < box.w;
}

// Counts an event of sample n in bin t of input f.
fn count(n: u32, t: u32, f: u32) {
  let at = (n * ((T + 1) / 2) + t / 2) * H * W * C + f;
  atomicAdd(&counts[at], select(1u, 65536u, t % 2 == 1));
}

@compute @workgroup_size(64)
fn scatter(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let source = sources[2 * (batch.first + n) + id.y];
  let mask = (1u << addressBits) - 1;
  let region = vec4(source.left, source.top, source.right, source.bottom);
  let erased = vec4(
    source.erasedLeft,
    source.erasedTop,
    source.erasedRight,
    source.erasedBottom,
  );
  let F = H * W * C;
  for (var i = id.x; i < source.noise; i += groups.x * 64) {
    let drawn = hashed(source.seed ^ ~i);
    count(n, hashed(drawn) % T, drawn % F);
  }
  for (var i = source.first + id.x; i < source.end; i += groups.x * 64) {
    if (hashed(source.seed ^ (i - source.first)) < source.dropped) {
      continue;
    }
    let address = events[i] & mask;
    let x = f32(address / C % sensorW);
    let y = f32(address / C / sensorW);
    let newX = floor(source.xx * x + source.xy * y + source.x0 + 0.5);
    let newY = floor(source.yx * x + source.yy * y + source.y0 + 0.5);
    let time = f32(events[i] >> addressBits);
    let t = floor((source.timeScale * time + source.timeShift) / fine);
    let isThere = newX >= 0 && newX < f32(W) && newY >= 0 && newY < f32(H) &&
      t >= 0 && t < f32(T);
    if (
      !isThere || isWithin(newX, newY, erased) ||
      isWithin(newX, newY, region) != (source.inside > 0)
    ) {
      continue;
    }
    count(n, u32(t), (u32(newY) * W + u32(newX)) * C + address % C);
  }
}

@compute @workgroup_size(64)
fn pack(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  let n = id.z;
  let b = id.y;
  let F = H * W * C;
  let B = (T + 31) / 32;
  var found = 0u;
  for (var f = id.x; f < F; f += groups.x * 64) {
    var planes = array<u32, 8>();
    for (var t = b * 32; t < min(b * 32 + 32, T); t += 2) {
      let pair = counted[(n * ((T + 1) / 2) + t / 2) * F + f];
      if (pair == 0) {
        continue;
      }
      let early = min(pair & 0xffff, most);
      let late = min(pair >> 16, most);
      found = max(found, max(early, late));
      for (var p = 0u; p < P; p++) {
        planes[p] |= ((early >> p) & 1) << (t % 32);
        planes[p] |= ((late >> p) & 1) << (t % 32 + 1);
      }
    }
    for (var p = 0u; p < P; p++) {
      spikes[((n * P + p) * B + b) * F + f] = planes[p];
    }
  }
  if (found > 0) {
    atomicMax(&largest[n], found);
  }
}

import assert from "node:assert/strict";
import { join } from "node:path";
import { gpuTest } from "./fixtures/gpu.ts";
import { ROOT } from "./fixtures/source_files.ts";
import { temporaryFolder } from "./fixtures/temporary_folder.ts";

/** All that a server of the library has to offer. */
const SERVED =
  /^\/(mod\.ts|(engine|kernels|dataset|scripts\/(views\/charts|configuration))\/[\w/]+\.(ts|wgsl))$/;

/** A user's script: eight digits of two classes, left and right. */
const script = (url: string) => `
  import {
    loadConfiguration,
    Model,
    numSpikes,
    openDevice,
    trace,
  } from "${url}/mod.ts";
  import { allocateEvents } from "${url}/dataset/mod.ts";
  import { Device } from "${url}/engine/mod.ts";

  using device = await openDevice();
  if (!(device instanceof Device)) throw new Error("two modules of a device");
  using model = await Model.create({
    device,
    input: { C: 2, H: 6, W: 6 },
    layers: [
      { conv: { out: 4, kernel: 3, padding: 1, weightScale: 30 } },
      { pool: 2 },
      { dense: 2 },
    ],
    neuron: {
      theta: 10, tauSr: 10, tauRef: 2, scaleRef: 2, tauRho: 1, scaleRho: 1,
    },
    Ts: 1,
    random: 1,
  });
  const drawn = await model.weights();
  const { shape, data } = drawn["fc1.weight"];
  const absolute = { shape, data: data.map(Math.abs) };
  model.setWeights({ ...drawn, "fc1.weight": absolute });
  if (allocateEvents(2).t.length !== 2) throw new Error("expected two events");
  const { training } = await loadConfiguration(new Blob(["training: {lr: 3}"]));
  if (training.lr !== 3) throw new Error("expected a learning rate of 3");
  const samples = Array.from({ length: 8 }, (_, n) => ({
    label: n % 2,
    events: Array.from({ length: 60 }, (_, i) => {
      const column = n % 2 * 3 + i % 3;
      const row = (i + n) % 6;
      return i << 7 | (row * 6 + column) * 2 + i % 2;
    }),
  }));
  const batch = {
    samples: samples.map(({ events }) => Uint32Array.from(events)),
    labels: Uint32Array.from(samples, ({ label }) => label),
  };
  const loss = numSpikes({ region: { start: 0, stop: 64 }, true: 20, false: 4 });
  const before = await trace(model, batch, { tSample: 64, loss });
  const losses: number[] = [];
  {
    using stepper = await model.compile({
      tSample: 64,
      loss,
      batch: 8,
      train: true,
    });
    for (let step = 0; step < 20; step++) await stepper.train(batch, 0.1);
    for (const record of await stepper.drain()) {
      losses.push(record.losses.reduce((sum, loss) => sum + loss, 0));
    }
  }
  const describe = ({ shape, data }: { shape: unknown; data: Float32Array }) =>
    ({ shape, largest: data.reduce((a, b) => Math.max(a, Math.abs(b)), 0) });
  console.log(JSON.stringify({
    layers: before.layers.map(({ name, spikes, potentials }) => ({
      name,
      spikes: describe(spikes),
      potentials: describe(potentials),
    })),
    gradients: Object.entries(before.gradients).map(([name, gradient]) =>
      ({ name, ...describe(gradient) })
    ),
    loss: before.losses.reduce((sum, loss) => sum + loss, 0),
    losses,
  }));
`;

/** Shape and largest value of an array of the trace. */
interface Described {
  readonly name: string;
  readonly shape: number[];
  readonly largest: number;
}

// Cold: every module, shader and compiled script. Warm, so that no registry
// has to be reached: the npm packages that the modules name.
async function coldCache(folder: string): Promise<string> {
  const cold = join(folder, "deno");
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  await Deno.mkdir(cold);
  await Deno.symlink(npmCache, join(cold, "npm"));
  return cold;
}

gpuTest("the library trains when it is imported from a URL", async () => {
  await using folder = await temporaryFolder();
  const requested: string[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      requested.push(pathname);
      return SERVED.test(pathname)
        ? new Response(await Deno.readFile(join(ROOT, pathname)), {
          headers: { "content-type": "text/plain; charset=utf-8" },
        })
        : new Response("not there", { status: 404 });
    },
  );
  const host = `127.0.0.1:${server.addr.port}`;
  const user = join(folder.path, "user");
  await Deno.mkdir(user);
  await Deno.writeTextFile(join(user, "main.ts"), script(`http://${host}`));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--check"],
      `--allow-import=${host}`,
      // The YAML parser reads these.
      "--allow-env=LOG_TOKENS,LOG_STREAM",
      "main.ts",
    ],
    cwd: user,
    env: {
      DENO_DIR: await coldCache(folder.path),
      NO_PROXY: "127.0.0.1",
      NO_COLOR: "1",
    },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stderr));

  assert(requested.includes("/mod.ts"));
  assert(requested.includes("/kernels/layers/conv.wgsl"));
  assert.deepEqual(requested.filter((path) => !SERVED.test(path)), []);

  const { layers, gradients, loss, losses } = JSON.parse(text(stdout));
  assert.deepEqual(layers.map(({ name }: Described) => name), [
    ...["conv1", "pool1", "fc1"],
  ]);
  const shapes = [[8, 4, 6, 6, 64], [8, 4, 3, 3, 64], [8, 2, 1, 1, 64]];
  for (const kind of ["spikes", "potentials"] as const) {
    const described: Described[] = layers.map(
      (layer: Record<typeof kind, Described>) => layer[kind],
    );
    assert.deepEqual(described.map(({ shape }) => shape), shapes);
    assert(described.every(({ largest }) => largest > 0), kind);
  }
  assert.deepEqual(
    gradients.map(({ name, shape }: Described) => [name, shape]),
    [["conv1.weight", [4, 2, 3, 3, 1]], ["fc1.weight", [2, 4, 3, 3, 1]]],
  );
  assert(gradients.every(({ largest }: Described) => largest > 0));
  assert.equal(losses.length, 20);
  assert.equal(losses[0], loss);
  assert(losses[19] < 0.5 * losses[0], losses.join(" "));
});

/**
 * Trouble with the device of a command, which is started with this module as
 * its `--preload`, by what stands in the query of its URL:
 *
 * - `lose=5,9`: the device is lost at these submissions, counted while there is
 *   one;
 * - `from=40`: it is lost at each from this one on;
 * - `left=none`: no adapter is there once a device was lost, and else one of
 *   that name;
 * - `broken=neuron`: kernels whose name begins so have a fault in their code.
 *
 * @module
 */

const query = new URL(import.meta.url).searchParams;
const lose = query.get("lose")?.split(",").map(Number) ?? [];
const from = Number(query.get("from") ?? Infinity);
const left = query.get("left");
const broken = query.get("broken");
let device: GPUDevice | undefined;
let submissions = 0;
let lost = false;

const { requestAdapter } = GPU.prototype;
GPU.prototype.requestAdapter = function (options) {
  return lost && left === "none"
    ? Promise.resolve(null)
    : requestAdapter.call(this, options);
};

const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  device = await requestDevice.call(this, descriptor);
  return device;
};

const info = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, "info")!;
Object.defineProperty(GPUAdapter.prototype, "info", {
  get() {
    return lost && left ? { description: left } : info.get!.call(this);
  },
});

const { submit } = GPUQueue.prototype;
GPUQueue.prototype.submit = function (commands) {
  submit.call(this, commands);
  if (!device) return;
  submissions++;
  if (submissions < from && !lose.includes(submissions)) return;
  device.destroy();
  device = undefined;
  lost = true;
};

const { createShaderModule } = GPUDevice.prototype;
GPUDevice.prototype.createShaderModule = function (descriptor) {
  const { label, code } = descriptor;
  return createShaderModule.call(this, {
    label,
    code: broken && label?.startsWith(broken) ? `${code}\nfault` : code,
  });
};

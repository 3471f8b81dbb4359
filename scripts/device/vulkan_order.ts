/**
 * Asks Vulkan which GPU it lists first, which is the one that WebGPU opens.
 *
 * WebGPU does not tell equal GPUs apart, so Vulkan's loader is called directly.
 * Structures are laid out as in vulkan_core.h, with pointers of 8 bytes.
 *
 * @module
 */

/** Files of Vulkan's loader. */
const LIBRARIES = ["libvulkan.so.1", "libvulkan.so"];

const FUNCTIONS = {
  vkCreateInstance: {
    parameters: ["buffer", "pointer", "buffer"],
    result: "i32",
  },
  vkDestroyInstance: { parameters: ["pointer", "pointer"], result: "void" },
  vkEnumeratePhysicalDevices: {
    parameters: ["pointer", "buffer", "buffer"],
    result: "i32",
  },
  vkGetPhysicalDeviceProperties2: {
    parameters: ["pointer", "buffer"],
    result: "void",
  },
} as const satisfies Deno.ForeignLibraryInterface;

type Vulkan = Deno.DynamicLibrary<typeof FUNCTIONS>["symbols"];

/** Values of `VkStructureType`. */
const APPLICATION_INFO = 0;
const INSTANCE_CREATE_INFO = 1;
const PROPERTIES_2 = 1000059001;
const PCI_BUS_INFO = 1000212000;

/** Version 1.1, the first with `vkGetPhysicalDeviceProperties2`. */
const VERSION_1_1 = (1 << 22) | (1 << 12);

/** `VK_SUCCESS`, and `VK_INCOMPLETE` where there are more devices than room. */
const LISTED: readonly number[] = [0, 5];

/** Room for this many devices. */
const MOST_DEVICES = 64;

/** Sizes of structures in bytes, and offsets of their members. */
const CREATE = { bytes: 64, application: 24 };
const APPLICATION = { bytes: 48, apiVersion: 44 };
const PROPERTIES = { bytes: 840, next: 8, type: 32 };
const BUS = { bytes: 32, domain: 16, bus: 20, device: 24, function: 28 };

/** Written where a driver may leave the PCI address out. */
const UNKNOWN = 0xffffffff;

/** Values of `VkPhysicalDeviceType`: discrete GPUs come first. */
const DISCRETE = 2;

/**
 * Finds the PCI address of the GPU that Vulkan lists first, discrete ones
 * before others, in the environment as it is now. Requires `--allow-ffi`.
 *
 * @returns The address, such as `0000:81:00.0`; `undefined` if there is no
 * Vulkan, no device, or no PCI address.
 */
export function firstGpu(): string | undefined {
  for (const file of LIBRARIES) {
    let library;
    try {
      library = Deno.dlopen(file, FUNCTIONS);
    } catch {
      continue;
    }
    using _library = { [Symbol.dispose]: () => library.close() };
    return firstOf(library.symbols);
  }
}

function firstOf(vulkan: Vulkan): string | undefined {
  const [create, application] = chained(
    { ...CREATE, type: INSTANCE_CREATE_INFO, link: CREATE.application },
    { ...APPLICATION, type: APPLICATION_INFO },
  );
  application.setUint32(APPLICATION.apiVersion, VERSION_1_1, true);
  const created = new BigUint64Array(1);
  if (vulkan.vkCreateInstance(create.buffer, null, created.buffer) !== 0) {
    return;
  }
  const instance = Deno.UnsafePointer.create(created[0]);
  try {
    const count = new Uint32Array([MOST_DEVICES]);
    const devices = new BigUint64Array(MOST_DEVICES);
    const result = vulkan.vkEnumeratePhysicalDevices(
      instance,
      count.buffer,
      devices.buffer,
    );
    if (!LISTED.includes(result)) return;
    const listed = [...devices.subarray(0, count[0])].map((device) =>
      describe(vulkan, device)
    );
    return (listed.find(({ type }) => type === DISCRETE) ?? listed[0])?.place;
  } finally {
    vulkan.vkDestroyInstance(instance, null);
  }
}

/** Reads the type and the PCI address of a device. */
function describe(
  vulkan: Vulkan,
  device: bigint,
): { readonly type: number; readonly place?: string } {
  const [properties, bus] = chained(
    { ...PROPERTIES, type: PROPERTIES_2, link: PROPERTIES.next },
    { ...BUS, type: PCI_BUS_INFO },
  );
  bus.setUint32(BUS.domain, UNKNOWN, true);
  vulkan.vkGetPhysicalDeviceProperties2(
    Deno.UnsafePointer.create(device),
    properties.buffer,
  );
  const type = properties.getUint32(PROPERTIES.type, true);
  const hex = (offset: number, digits: number) =>
    bus.getUint32(offset, true).toString(16).padStart(digits, "0");
  if (bus.getUint32(BUS.domain, true) === UNKNOWN) return { type };
  const place = `${hex(BUS.domain, 4)}:${hex(BUS.bus, 2)}:` +
    `${hex(BUS.device, 2)}.${hex(BUS.function, 1)}`;
  return { type, place };
}

/** A structure: its size in bytes and its type. */
interface Structure {
  readonly bytes: number;
  readonly type: number;
}

/**
 * Allocates two structures, side by side so that they live equally long, of
 * which the first points to the second.
 */
function chained(
  first: Structure & { readonly link: number },
  second: Structure,
): [DataView<ArrayBuffer>, DataView<ArrayBuffer>] {
  const memory = new ArrayBuffer(first.bytes + second.bytes);
  const head = new DataView(memory, 0, first.bytes);
  const tail = new DataView(memory, first.bytes);
  const start = Deno.UnsafePointer.value(Deno.UnsafePointer.of(memory));
  head.setUint32(0, first.type, true);
  head.setBigUint64(first.link, start + BigInt(first.bytes), true);
  tail.setUint32(0, second.type, true);
  return [head, tail];
}

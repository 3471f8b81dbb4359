/**
 * Opens the MPI library of this machine, and the few of its functions that
 * training needs.
 *
 * Open MPI's handles are pointers to objects that the library exports, those of
 * MPICH and of the libraries that share its binary interface are integers.
 *
 * @module
 */

/** Open MPI or MPICH, and how their files and Debian packages are called. */
interface Flavour {
  readonly name: "Open MPI" | "MPICH";
  /** Names of the library's file, the most common first. */
  readonly files: readonly string[];
  /** Debian's package. */
  readonly package: string;
  /** Pattern of the answer of MPI_Get_library_version. */
  readonly version: RegExp;
  /** Variables that the launcher of this library sets. */
  readonly launcher: readonly string[];
}

const FLAVOURS: readonly Flavour[] = [
  {
    name: "Open MPI",
    files: ["libmpi.so.40", "libmpi.so"],
    package: "openmpi-bin",
    version: /Open MPI/,
    launcher: ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK"],
  },
  {
    name: "MPICH",
    files: ["libmpich.so.12", "libmpi.so.12"],
    package: "mpich",
    version: /MPICH|MVAPICH|Intel/,
    launcher: ["PMI_SIZE", "PMI_FD"],
  },
];

/** MPICH's handles; in binary interfaces of MPICH since version 3.1. */
const MPICH_WORLD = 0x44000000;
const MPICH_BYTE = 0x4c00010d;

/** Bytes that MPI_Get_library_version and MPI_Get_processor_name may write. */
const TEXT_BYTES = 8192;

/** Functions of MPI, with handles as the library has them. */
function functionsOf<Handle extends "pointer" | "i32">(handle: Handle) {
  return {
    MPI_Init: { parameters: ["pointer", "pointer"], result: "i32" },
    MPI_Finalize: { parameters: [], result: "i32" },
    MPI_Abort: { parameters: [handle, "i32"], result: "i32" },
    MPI_Comm_rank: { parameters: [handle, "buffer"], result: "i32" },
    MPI_Comm_size: { parameters: [handle, "buffer"], result: "i32" },
    MPI_Get_processor_name: {
      parameters: ["buffer", "buffer"],
      result: "i32",
    },
    MPI_Iallgatherv: {
      parameters: [
        "buffer",
        "i32",
        handle,
        "buffer",
        "buffer",
        "buffer",
        handle,
        handle,
        "buffer",
      ],
      result: "i32",
    },
    MPI_Test: { parameters: ["buffer", "buffer", "pointer"], result: "i32" },
  } as const satisfies Deno.ForeignLibraryInterface;
}

/** MPI as training uses it: one communicator, bytes, and gathering. */
export interface MpiLibrary {
  /** Name of the library. */
  readonly name: Flavour["name"];
  /** Joins the processes that were started together. */
  init(): void;
  /** Leaves them. */
  finalize(): void;
  /** Ends all processes. */
  abort(status: number): void;
  /** Number of this process, from 0. */
  rank(): number;
  /** Number of processes. */
  size(): number;
  /** Name of this machine. */
  host(): string;
  /**
   * Starts to gather bytes of all ranks, in their order.
   *
   * @param own What this rank gives; unchanged until the request is done.
   * @param all Room for what all give.
   * @param counts Bytes of each rank.
   * @param starts Where those of each rank go.
   * @returns The request.
   */
  startGather(
    own: Uint8Array<ArrayBuffer>,
    all: Uint8Array<ArrayBuffer>,
    counts: Int32Array<ArrayBuffer>,
    starts: Int32Array<ArrayBuffer>,
  ): BigUint64Array<ArrayBuffer>;
  /** Makes progress with a request, and says whether it is done. */
  isDone(request: BigUint64Array<ArrayBuffer>): boolean;
}

/**
 * Opens the MPI library: that of the launcher by which this process was
 * started, or else the first that is installed.
 *
 * @param environment Reads a variable of the environment.
 * @param identify Asks the library in a file for its version.
 * @returns The library.
 * @throws {Error} If there is none.
 */
export function openMpi(
  environment: (name: string) => string | undefined,
  identify: (file: string) => string | undefined = versionOf,
): MpiLibrary {
  const launched = FLAVOURS.filter(({ launcher }) =>
    launcher.some((name) => environment(name) !== undefined)
  );
  const wanted = launched.length > 0 ? launched : FLAVOURS;
  for (const flavour of wanted) {
    for (const file of flavour.files) {
      if (identify(file)?.match(flavour.version)) {
        return flavour.name === "Open MPI"
          ? openOpenMpi(file)
          : openMpich(file);
      }
    }
  }
  const packages = wanted.map((flavour) => flavour.package).join(" or ");
  throw new Error(
    `Cannot open ${wanted.map(({ files }) => files[0]).join(" or ")}: no MPI ` +
      `library is installed; Debian's package ${packages} has one`,
  );
}

/** Asks a library what it is; `undefined` if there is no such file. */
function versionOf(file: string): string | undefined {
  let library;
  try {
    library = Deno.dlopen(file, {
      MPI_Get_library_version: {
        parameters: ["buffer", "buffer"],
        result: "i32",
      },
    });
  } catch {
    return undefined;
  }
  try {
    return readText(library.symbols.MPI_Get_library_version);
  } finally {
    library.close();
  }
}

function openOpenMpi(file: string): MpiLibrary {
  const { symbols } = Deno.dlopen(file, {
    ...functionsOf("pointer"),
    ompi_mpi_comm_world: { type: "pointer" },
    ompi_mpi_byte: { type: "pointer" },
  });
  return bind("Open MPI", symbols, {
    world: symbols.ompi_mpi_comm_world,
    byte: symbols.ompi_mpi_byte,
    ignoredStatus: null,
  });
}

function openMpich(file: string): MpiLibrary {
  const { symbols } = Deno.dlopen(file, functionsOf("i32"));
  return bind("MPICH", symbols, {
    world: MPICH_WORLD,
    byte: MPICH_BYTE,
    ignoredStatus: Deno.UnsafePointer.create(1n),
  });
}

/** The functions of a library whose handles are of one type. */
interface Functions<Handle> {
  MPI_Init(argc: null, argv: null): number;
  MPI_Finalize(): number;
  MPI_Abort(comm: Handle, status: number): number;
  MPI_Comm_rank(comm: Handle, rank: BufferSource): number;
  MPI_Comm_size(comm: Handle, size: BufferSource): number;
  MPI_Get_processor_name(name: BufferSource, length: BufferSource): number;
  MPI_Iallgatherv(
    own: BufferSource,
    count: number,
    type: Handle,
    all: BufferSource,
    counts: BufferSource,
    starts: BufferSource,
    allType: Handle,
    comm: Handle,
    request: BufferSource,
  ): number;
  MPI_Test(
    request: BufferSource,
    done: BufferSource,
    status: Deno.PointerValue,
  ): number;
}

function bind<Handle>(
  name: MpiLibrary["name"],
  mpi: Functions<Handle>,
  { world, byte, ignoredStatus }: {
    readonly world: Handle;
    readonly byte: Handle;
    readonly ignoredStatus: Deno.PointerValue;
  },
): MpiLibrary {
  const numberOf = (ask: (comm: Handle, answer: BufferSource) => number) => {
    const answer = new Int32Array(1);
    ask(world, answer);
    return answer[0];
  };
  const done = new Int32Array(1);
  return {
    name,
    init: () => void mpi.MPI_Init(null, null),
    finalize: () => void mpi.MPI_Finalize(),
    abort: (status) => void mpi.MPI_Abort(world, status),
    rank: () => numberOf(mpi.MPI_Comm_rank),
    size: () => numberOf(mpi.MPI_Comm_size),
    host: () => readText(mpi.MPI_Get_processor_name),
    startGather(own, all, counts, starts) {
      // A pointer of Open MPI, an integer of MPICH.
      const request = new BigUint64Array(1);
      mpi.MPI_Iallgatherv(
        own,
        own.length,
        byte,
        all,
        counts,
        starts,
        byte,
        world,
        request,
      );
      return request;
    },
    isDone(request) {
      mpi.MPI_Test(request, done, ignoredStatus);
      return done[0] !== 0;
    },
  };
}

function readText(
  ask: (
    text: Uint8Array<ArrayBuffer>,
    length: Int32Array<ArrayBuffer>,
  ) => number,
): string {
  const text = new Uint8Array(TEXT_BYTES);
  const length = new Int32Array(1);
  ask(text, length);
  return new TextDecoder().decode(text.subarray(0, length[0]));
}

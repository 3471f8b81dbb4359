import assert from "node:assert/strict";
import { crc32, deflateRawSync } from "node:zlib";
import {
  openZipEntry,
  readZip,
} from "../../../../dataset/files/compression/zip.ts";
import { concatBytes } from "../../formats/aedat_files.ts";
import { words } from "../../formats/recording_files.ts";

const NAME = "a.npy";
const CONTENT = "four";
const CHECKSUM = BigInt(crc32(CONTENT));

const LOCAL = concatBytes(
  "PK\u0003\u0004",
  words(2, [45n, 0n, 0n, 0n, 0n]),
  words(4, [0n, 4n, 4n]),
  words(2, [5n, 0n]),
  NAME + CONTENT,
);

/** An entry of the list; numbers of 64 bits where those of 32 have no room. */
function entry(
  { size = 4n, compressed = 4n, method = 0n, wide = [] }: {
    size?: bigint;
    compressed?: bigint;
    method?: bigint;
    wide?: bigint[];
  } = {},
): Uint8Array {
  const extra = wide.length === 0 ? [] : [
    words(2, [0x5555n, 1n]),
    "?",
    words(2, [1n, BigInt(8 * wide.length)]),
    words(8, wide),
  ];
  const extraBytes = wide.length === 0 ? 0n : BigInt(9 + 8 * wide.length);
  return concatBytes(
    "PK\u0001\u0002",
    words(2, [45n, 45n, 0n, method, 0n, 0n]),
    words(4, [CHECKSUM, compressed, size]),
    words(2, [5n, extraBytes, 0n, 0n, 0n]),
    words(4, [0n, 0n]),
    NAME,
    ...extra,
  );
}

/** The end of an archive whose list has a length and a start. */
function end(length: bigint, start: bigint): Uint8Array {
  return concatBytes(
    "PK\u0005\u0006",
    words(2, [0n, 0n, 1n, 1n]),
    words(4, [length, start]),
    words(2, [0n]),
  );
}

function archive(list: Uint8Array): File {
  const bytes = concatBytes(
    LOCAL,
    list,
    end(BigInt(list.length), BigInt(LOCAL.length)),
  );
  return new File([bytes], "a.npz");
}

async function contentOf(file: File): Promise<string> {
  const [found] = await readZip(file);
  assert.equal(found.name, NAME);
  using opened = await openZipEntry(file, found);
  await opened.fill();
  return new TextDecoder().decode(opened.bytes.subarray(0, found.size));
}

Deno.test("a file in an archive is read by its place in the list", async () => {
  assert.equal(await contentOf(archive(entry())), CONTENT);
});

Deno.test("sizes of 64 bits are read, of files and of the list", async () => {
  const large = 0xffffffffn;
  const list = entry({ size: large, compressed: large, wide: [4n, 4n] });
  assert.equal(await contentOf(archive(list)), CONTENT);
  const start = BigInt(LOCAL.length);
  const end64 = concatBytes(
    "PK\u0006\u0006",
    words(8, [44n]),
    words(2, [45n, 45n]),
    words(4, [0n, 0n]),
    words(8, [1n, 1n, BigInt(list.length), start]),
  );
  const locator = concatBytes(
    "PK\u0006\u0007",
    words(4, [0n]),
    words(8, [start + BigInt(list.length)]),
    words(4, [1n]),
  );
  const bytes = concatBytes(LOCAL, list, end64, locator, end(large, large));
  assert.equal(await contentOf(new File([bytes], "a.npz")), CONTENT);
});

Deno.test("an archive is refused that promises more than it has", async () => {
  const start = LOCAL.length;
  const refusals: [File, string][] = [
    [
      new File(["short"], "a.npz"),
      "it has no list of files at its end, as whole ZIP archives do",
    ],
    [
      new File([concatBytes(LOCAL, end(0x10000000n, 5n))], "a.npz"),
      "byte 5: its list of files has 268435456 bytes, of 1048576 that are " +
      `read and ${start + 17} that are left`,
    ],
    [
      archive(entry().subarray(0, 40)),
      `byte ${start}: its list of files is damaged`,
    ],
    [
      archive(entry({ compressed: 1000n })),
      `byte 0: "${NAME}" has 1000 bytes, ${start + 51 + 22} are left`,
    ],
    [
      archive(entry({ size: 5n })),
      `byte 0: "${NAME}" cannot have 5 bytes, compressed to 4`,
    ],
    [
      archive(entry({ method: 8n, size: 4129n })),
      `byte 0: "${NAME}" cannot have 4129 bytes, compressed to 4`,
    ],
    [
      archive(entry({ size: 3n })),
      `"${NAME}" is damaged: its checksum does not match`,
    ],
    [
      archive(entry({ method: 12n })),
      `"${NAME}" is compressed in way 12: only Deflate can be read`,
    ],
  ];
  for (const [file, problem] of refusals) {
    await assert.rejects(contentOf(file), {
      name: "RecordingError",
      message: `Cannot read recording "a.npz": ${problem}`,
    });
  }
});

Deno.test("a file in an archive is refused if a bit of it has changed", async () => {
  const size = 3 << 20;
  const content = Uint8Array.from({ length: size }, (_, i) => i % 251);
  for (const method of [0, 8]) {
    const packed = method === 0 ? content : deflateRawSync(content);
    const local = concatBytes(LOCAL.subarray(0, -CONTENT.length), packed);
    const list = entry({
      size: BigInt(size),
      compressed: BigInt(packed.length),
      method: BigInt(method),
    });
    new DataView(list.buffer).setUint32(16, crc32(content), true);
    const bytes = concatBytes(
      local,
      list,
      end(BigInt(list.length), BigInt(local.length)),
    );
    const read = async () => {
      const file = new File([bytes], "a.npz");
      const [found] = await readZip(file);
      using opened = await openZipEntry(file, found);
      let read = 0;
      while (await opened.fill()) {
        read += opened.bytes.length;
        opened.take(opened.bytes.length);
      }
      return read;
    };
    assert.equal(await read(), size);
    bytes[local.length - packed.length / 2 | 0] ^= 1;
    await assert.rejects(read(), {
      name: "RecordingError",
      message: `Cannot read recording "a.npz": "${NAME}" is damaged: its ` +
        "checksum does not match",
    });
  }
});

Deno.test("a deflated file that is damaged is refused", async () => {
  await assert.rejects(contentOf(archive(entry({ method: 8n }))), {
    name: "RecordingError",
    message: `Cannot read recording "a.npz": "${NAME}": corrupt deflate stream`,
  });
});

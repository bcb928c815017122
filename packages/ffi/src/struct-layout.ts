/** Writes and reads structures as bytes, from the generated layouts. Little-endian, as every platform of libpredict. */
import type { ScalarName } from "./descriptor.js";
import { NativeError } from "./native-error.js";
import { checkScalar } from "./scalar-range.js";

/** Where the members of a structure lie. */
export interface StructLayout {
  readonly name: string;
  readonly sizeBytes: number;
  readonly members: Readonly<
    Record<string, { readonly type: ScalarName; readonly offset: number; readonly count?: number }>
  >;
}

/**
 * Makes the bytes of a structure. What `values` does not name is 0, `struct_size` is set.
 *
 * @throws {@link NativeError} `argument`: a member that does not exist, or a value it cannot hold
 */
export function encodeStruct(layout: StructLayout, values: object = {}): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(layout.sizeBytes);
  const view = new DataView(bytes.buffer);
  if ("struct_size" in layout.members) view.setUint32(0, layout.sizeBytes, true);
  for (const [name, value] of Object.entries(values)) {
    const member = layout.members[name];
    if (!member || name === "struct_size" || name === "reserved" || member.count !== undefined)
      throw new NativeError("argument", `${layout.name} has no member "${name}" to set`);
    if (value === undefined) continue;
    checkScalar(`${layout.name}.${name}`, member.type, value);
    switch (member.type) {
      case "uint32_t":
        view.setUint32(member.offset, value as number, true);
        break;
      case "int":
      case "int32_t":
        view.setInt32(member.offset, value as number, true);
        break;
      case "uint64_t":
        view.setBigUint64(member.offset, value as bigint, true);
        break;
      default:
        throw new NativeError("internal", `${layout.name}.${name}: cannot write ${member.type}`);
    }
  }
  return bytes;
}

/** Reads the members of a structure; `struct_size` and `reserved` are left out. */
export function decodeStruct(layout: StructLayout, bytes: Uint8Array): Record<string, unknown> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const result: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(layout.members)) {
    if (name === "struct_size" || name === "reserved") continue;
    switch (member.type) {
      case "uint32_t":
        result[name] = view.getUint32(member.offset, true);
        break;
      case "int":
      case "int32_t":
        result[name] = view.getInt32(member.offset, true);
        break;
      case "uint64_t":
        result[name] = view.getBigUint64(member.offset, true);
        break;
      case "char": {
        const text = bytes.subarray(member.offset, member.offset + (member.count ?? 1));
        const end = text.indexOf(0);
        result[name] = new TextDecoder().decode(end < 0 ? text : text.subarray(0, end));
        break;
      }
      default:
        throw new NativeError("internal", `${layout.name}.${name}: cannot read ${member.type}`);
    }
  }
  return result;
}

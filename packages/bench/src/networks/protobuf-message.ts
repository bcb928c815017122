/** Writes protobuf messages: the few kinds of fields that an ONNX file needs. */

/** A message under construction, as pieces, so that weights are not copied for every message around them. */
export class ProtobufMessage {
  readonly pieces: Uint8Array[] = [];
  size = 0;

  integer(field: number, value: number): this {
    return this.#push(varint(field * 8), varint(value));
  }

  float(field: number, value: number): this {
    return this.#push(varint(field * 8 + 5), new Uint8Array(Float32Array.of(value).buffer));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(varint(field * 8 + 2), varint(value.length), value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, value: ProtobufMessage): this {
    return this.#push(varint(field * 8 + 2), varint(value.size), ...value.pieces);
  }

  #push(...pieces: readonly Uint8Array[]): this {
    for (const piece of pieces) {
      this.pieces.push(piece);
      this.size += piece.length;
    }
    return this;
  }
}

/** Seven bits to a byte, low ones first; a negative number is its 64-bit two's complement. */
function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.of(...bytes, Number(rest));
}

/**
 * The framing of the protocol: little-endian uint32 length of the JSON, uint32 length of the payload,
 * the JSON text, the payload.
 */

/** What goes over the wire in either direction. */
export interface Frame {
  readonly json: Record<string, unknown>;
  readonly payload: Buffer;
}

const headerSize = 8;

/** The bytes of a frame. */
export function encodeFrame(json: Record<string, unknown>, payload: Uint8Array): Buffer {
  const text = Buffer.from(JSON.stringify(json), "utf8");
  const header = Buffer.alloc(headerSize);
  header.writeUInt32LE(text.length, 0);
  header.writeUInt32LE(payload.length, 4);
  return Buffer.concat([header, text, payload]);
}

/** Takes bytes as they arrive and gives the frames that are complete. */
export class FrameReader {
  #parts: Buffer[] = [];
  #size = 0;

  /**
   * Adds bytes; returns the frames that they complete.
   *
   * @throws SyntaxError if the JSON of a frame is none.
   */
  push(bytes: Buffer): Frame[] {
    this.#parts.push(bytes);
    this.#size += bytes.length;
    const frames: Frame[] = [];
    while (this.#size >= headerSize) {
      let all = this.#join();
      const jsonSize = all.readUInt32LE(0);
      const payloadSize = all.readUInt32LE(4);
      const total = headerSize + jsonSize + payloadSize;
      if (all.length < total) {
        break;
      }
      const text = all.toString("utf8", headerSize, headerSize + jsonSize);
      frames.push({
        json: JSON.parse(text) as Record<string, unknown>,
        payload: all.subarray(headerSize + jsonSize, total),
      });
      all = all.subarray(total);
      this.#parts = [all];
      this.#size = all.length;
    }
    return frames;
  }

  #join(): Buffer {
    const [first] = this.#parts;
    const all = this.#parts.length === 1 && first ? first : Buffer.concat(this.#parts);
    this.#parts = [all];
    return all;
  }
}

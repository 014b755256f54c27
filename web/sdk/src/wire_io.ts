// Reading and writing protobuf's wire format: what the generated code asks for, and no more (the library's is three times
// the size, for floats, groups and text that this schema has not). 64-bit ids are decimal strings, times numbers.

const decoder = new TextDecoder()
const encoder = new TextEncoder()

export class BinaryReader {
  pos = 0
  readonly len: number
  #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.len = bytes.length
  }

  uint32(): number {
    return Number(this.#varint() & 0xffffffffn)
  }
  int32(): number {
    return Number(BigInt.asIntN(32, this.#varint()))
  }
  bool(): boolean {
    return this.#varint() !== 0n
  }
  uint64(): bigint {
    return BigInt.asUintN(64, this.#varint())
  }
  int64(): bigint {
    return BigInt.asIntN(64, this.#varint())
  }
  string(): string {
    const length = this.uint32()
    const start = this.pos
    this.#advance(length)
    return decoder.decode(this.#bytes.subarray(start, this.pos))
  }
  /** Passes over a field that this version does not know. */
  skip(wireType: number): void {
    switch (wireType) {
      case 0:
        this.#varint()
        return
      case 1:
        return this.#advance(8)
      case 2:
        return this.#advance(this.uint32())
      case 5:
        return this.#advance(4)
      default:
        throw new RangeError(`wire type ${wireType}`)
    }
  }

  #advance(length: number): void {
    if (this.pos + length > this.len) throw new RangeError('frame ends early')
    this.pos += length
  }

  #varint(): bigint {
    let low = 0
    // Nearly every number fits into 28 bits: no BigInt arithmetic for those.
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte()
      low |= (byte & 0x7f) << shift
      if (byte < 0x80) return BigInt(low)
    }
    let value = BigInt(low)
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new RangeError('number too long')
  }

  #byte(): number {
    const byte = this.#bytes[this.pos]
    if (byte === undefined) throw new RangeError('frame ends early')
    this.pos += 1
    return byte
  }
}

export class BinaryWriter {
  #bytes: number[] = []
  #stack: number[][] = []

  uint32(value: number): this {
    return this.#varint(BigInt(value >>> 0))
  }
  int32(value: number): this {
    return this.#varint(BigInt.asUintN(64, BigInt(value)))
  }
  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0)
  }
  uint64(value: string | number): this {
    return this.#varint(BigInt.asUintN(64, BigInt(value)))
  }
  int64(value: string | number): this {
    return this.uint64(value)
  }
  string(value: string): this {
    return this.#block(encoder.encode(value))
  }
  /** What follows until join() is a field of its own, preceded by its length. */
  fork(): this {
    this.#stack.push(this.#bytes)
    this.#bytes = []
    return this
  }
  join(): this {
    const inner = this.#bytes
    this.#bytes = this.#stack.pop() ?? []
    return this.#block(inner)
  }
  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#bytes)
  }

  #block(bytes: Iterable<number> & { length: number }): this {
    this.uint32(bytes.length)
    for (const byte of bytes) this.#bytes.push(byte)
    return this
  }

  #varint(value: bigint): this {
    let rest = value
    while (rest > 0x7fn) {
      this.#bytes.push(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.#bytes.push(Number(rest))
    return this
  }
}

// Zigzag: small numbers are short whatever their sign. Functions, so that who has no such fields does not carry them.
export const readSint32 = (reader: BinaryReader): number => {
  const value = reader.uint32()
  return (value >>> 1) ^ -(value & 1)
}
export const writeSint32 = (writer: BinaryWriter, value: number): BinaryWriter => writer.uint32((value << 1) ^ (value >> 31))

// Frames as RFC 6455 section 5 writes them, including every wrong way of writing them.

export const OP = { CONT: 0, TEXT: 1, BIN: 2, CLOSE: 8, PING: 9, PONG: 10 }

// length: 'short' (as the RFC wants it), 16 or 64 (that form whatever the payload), or a bigint to announce instead.
export function frame({
  fin = true,
  rsv = 0,
  opcode = OP.TEXT,
  payload = '',
  masked = true,
  key = Buffer.from([0x5a, 0x13, 0xc7, 0x9e]),
  length = 'short',
} = {}) {
  const data = Buffer.from(payload)
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode]
  const bit = masked ? 0x80 : 0
  const announced = typeof length === 'bigint' ? length : BigInt(data.length)
  const form = typeof length === 'number' ? length : announced < 126n ? 7 : announced < 65536n ? 16 : 64
  if (form === 7) head.push(bit | Number(announced))
  else {
    head.push(bit | (form === 16 ? 126 : 127))
    for (let shift = form - 8; shift >= 0; shift -= 8) head.push(Number((announced >> BigInt(shift)) & 255n))
  }
  if (!masked) return Buffer.concat([Buffer.from(head), data])
  return Buffer.concat([Buffer.from(head), key, mask(data, key)])
}

export function mask(data, key) {
  const out = Buffer.from(data)
  for (let i = 0; i < out.length; i++) out[i] ^= key[i & 3]
  return out
}

export const text = (payload, more = {}) => frame({ opcode: OP.TEXT, payload, ...more })
export const binary = (payload, more = {}) => frame({ opcode: OP.BIN, payload, ...more })
export const continuation = (payload, more = {}) => frame({ opcode: OP.CONT, payload, ...more })
export const ping = (payload = '', more = {}) => frame({ opcode: OP.PING, payload, ...more })
export const pong = (payload = '', more = {}) => frame({ opcode: OP.PONG, payload, ...more })

export function closePayload(code, reason = '') {
  return Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)])
}
export const close = (code, reason, more = {}) =>
  frame({ opcode: OP.CLOSE, payload: code === undefined ? '' : closePayload(code, reason), ...more })

// One message as frames of at most `size` payload bytes; the first may carry reserved bits.
export function fragments(opcode, payload, size, rsv = 0) {
  const data = Buffer.from(payload)
  const out = []
  for (let at = 0; at === 0 || at < data.length; at += size) {
    out.push(frame({ opcode: at === 0 ? opcode : OP.CONT, rsv: at === 0 ? rsv : 0, fin: at + size >= data.length, payload: data.subarray(at, at + size) }))
  }
  return out
}

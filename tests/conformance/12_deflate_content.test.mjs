// 12: permessage-deflate: messages of many kinds and sizes go there and back unchanged.
import { strict as assert } from 'node:assert'
import { randomFillSync } from 'node:crypto'
import { describe, test } from 'node:test'
import zlib from 'node:zlib'

import { binary, fragments, frame, OP, ping, text } from './lib/frames.mjs'
import { compress } from './lib/deflate.mjs'
import { withPeer } from './lib/peer.mjs'

const offer = { extensions: 'permessage-deflate; client_max_window_bits' }
const deflated = (opcode, payload, more = {}) => frame({ opcode, rsv: 4, payload, ...more })
const deflating = (body) => withPeer(offer, async (peer) => {
  assert.ok(peer.deflate, 'permessage-deflate was not agreed')
  await body(peer)
})

const KINDS = {
  'JSON': (size) => fill(size, (i) => `{"seq":${i},"kind":"message","text":"Where is order ${i * 7919}?"},`),
  'Chinese': (size) => fill(size, (i) => `第${i}条消息：您好，请问有什么可以帮您？`),
  'one letter': (size) => Buffer.alloc(size, 'a'),
  'hexadecimal noise': (size) => Buffer.from(randomFillSync(Buffer.alloc(Math.ceil(size / 2))).toString('hex').slice(0, size)),
}
function fill(size, line) {
  const lines = []
  for (let i = 0, sum = 0; sum < size; i++) sum += lines[lines.push(Buffer.from(line(i))) - 1].length
  const all = Buffer.concat(lines)
  let end = size
  while ((all[end] & 0xc0) === 0x80) end--
  return all.subarray(0, end)
}

describe('12.1 text in both directions', () => {
  for (const [kind, make] of Object.entries(KINDS)) {
    for (const size of [16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072]) {
      test(`${kind}, ${size} bytes, 20 times`, deflating(async (peer) => {
        const message = make(size)
        for (let i = 0; i < 20; i++) peer.send(deflated(OP.TEXT, peer.deflate.compress(message)))
        for (let i = 0; i < 20; i++) await peer.expectMessage(OP.TEXT, message)
        await peer.closeNormally()
      }))
    }
  }
})

describe('12.2 binary', () => {
  const noise = randomFillSync(Buffer.alloc(100_000))
  for (const size of [0, 1, 125, 126, 1000, 65_535, 100_000]) {
    test(`noise of ${size} bytes`, deflating(async (peer) => {
      const message = noise.subarray(0, size)
      peer.send(deflated(OP.BIN, peer.deflate.compress(message)))
      const got = await peer.expectMessage(OP.BIN, message)
      assert.ok(got.wireBytes <= size + 64, 'compression made it much larger')
    }))
    test(`zeros of ${size} bytes`, deflating(async (peer) => {
      peer.send(deflated(OP.BIN, peer.deflate.compress(Buffer.alloc(size))))
      await peer.expectMessage(OP.BIN, Buffer.alloc(size))
    }))
  }
  test('what shrinks well is sent compressed', deflating(async (peer) => {
    peer.send(binary(Buffer.alloc(20_000, 'abc')))
    const got = await peer.expectMessage(OP.BIN, Buffer.alloc(20_000, 'abc'))
    assert.ok(got.compressed)
    assert.ok(got.wireBytes < 1000)
  }))
})

describe('12.3 every way of writing the same message', () => {
  const message = Buffer.from('compress me, compress me not, compress me, compress me not. '.repeat(40))
  const { Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED, Z_FILTERED } = zlib.constants
  const ways = {
    ...Object.fromEntries([0, 1, 6, 9].map((level) => [`level ${level}`, { level }])),
    ...Object.fromEntries([9, 10, 12, 15].map((windowBits) => [`a window of ${windowBits} bits`, { windowBits }])),
    ...Object.fromEntries([1, 9].map((memLevel) => [`memory level ${memLevel}`, { memLevel }])),
    'Huffman codes only': { strategy: Z_HUFFMAN_ONLY },
    'runs only': { strategy: Z_RLE },
    'fixed codes': { strategy: Z_FIXED },
    'filtered': { strategy: Z_FILTERED },
  }
  for (const [name, options] of Object.entries(ways)) {
    test(name, deflating(async (peer) => {
      peer.send(deflated(OP.TEXT, compress(message, options)))
      await peer.expectMessage(OP.TEXT, message)
    }))
  }
  const hex = (s) => Buffer.from(s.replaceAll(' ', ''), 'hex')
  // RFC 7692 section 7.2.3.
  for (const [name, bytes] of [
    ['one block', hex('f248cdc9c90700')],
    ['a block without compression', hex('000500faff48656c6c6f00')],
    ['a block marked final', hex('f348cdc9c9070000')],
    ['two blocks with an empty one between', hex('f248050000 00ffffcac9c90700')],
  ]) {
    test(`"Hello" in ${name}`, deflating(async (peer) => {
      peer.send(deflated(OP.TEXT, bytes))
      await peer.expectMessage(OP.TEXT, 'Hello')
    }))
  }
  test('an empty message, one zero byte', deflating(async (peer) => {
    peer.send(deflated(OP.TEXT, hex('00')))
    await peer.expectMessage(OP.TEXT, '')
  }))
  test('many flushes within one message', deflating(async (peer) => {
    const tail = Buffer.from([0, 0, 255, 255])
    const parts = Array.from({ length: 50 }, (_, i) => Buffer.from(`part ${i}, `))
    const bytes = Buffer.concat(parts.flatMap((p) => [compress(p), tail])).subarray(0, -4)
    peer.send(deflated(OP.TEXT, bytes))
    await peer.expectMessage(OP.TEXT, Buffer.concat(parts))
  }))
})

describe('12.4 compressed and fragmented', () => {
  const message = KINDS.JSON(20_000)
  for (const size of [1, 2, 7, 64, 1000]) {
    test(`fragments of ${size} bytes`, deflating(async (peer) => {
      const frames = fragments(OP.TEXT, peer.deflate.compress(message), size, 4)
      await peer.sendChopped(Buffer.concat(frames), 16_384, { slow: false })
      await peer.expectMessage(OP.TEXT, message)
    }))
  }
  test('a ping between all fragments', deflating(async (peer) => {
    const frames = fragments(OP.TEXT, peer.deflate.compress(message), 200, 4)
    peer.send(...frames.flatMap((f, i) => (i === 0 ? [f] : [ping(`${i}`), f])))
    for (let i = 1; i < frames.length; i++) await peer.expectControl(OP.PONG, `${i}`)
    await peer.expectMessage(OP.TEXT, message)
  }))
  test('empty fragments at both ends', deflating(async (peer) => {
    const payload = peer.deflate.compress(message)
    peer.send(frame({ opcode: OP.TEXT, rsv: 4, fin: false }), frame({ opcode: OP.CONT, fin: false, payload }), frame({ opcode: OP.CONT }))
    await peer.expectMessage(OP.TEXT, message)
  }))
  test('one byte at a time', deflating(async (peer) => {
    const small = message.subarray(0, 2000)
    await peer.sendChopped(deflated(OP.TEXT, peer.deflate.compress(small)), 1, { slow: false })
    await peer.expectMessage(OP.TEXT, small)
  }))
  test('cut within a character', deflating(async (peer) => {
    const chinese = KINDS.Chinese(3000)
    peer.send(...fragments(OP.TEXT, compress(chinese, { level: 0 }), 10, 4))
    await peer.expectMessage(OP.TEXT, chinese)
  }))
})

describe('12.5 compressed and plain in turn', () => {
  test('each message says for itself', deflating(async (peer) => {
    for (let i = 0; i < 20; i++) {
      const message = `message ${i} `.repeat(i * 10)
      peer.send(i % 2 ? text(message) : deflated(OP.TEXT, peer.deflate.compress(message)))
      await peer.expectMessage(OP.TEXT, message)
    }
  }))
  test('plain fragments on a connection that may compress', deflating(async (peer) => {
    peer.send(...fragments(OP.TEXT, 'plain and in pieces', 4))
    await peer.expectMessage(OP.TEXT, 'plain and in pieces')
  }))
})

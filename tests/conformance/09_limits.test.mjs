// 9: large messages up to the endpoint's limit, beyond it, and very many small ones.
// The endpoint's limit is 16 MiB; WEIKEYI_ECHO_MESSAGE_BYTES_MAX says so where it is another.
import { strict as assert } from 'node:assert'
import { randomFillSync } from 'node:crypto'
import { describe, test } from 'node:test'

import { binary, continuation, fragments, frame, OP, text } from './lib/frames.mjs'
import { Peer, withPeer } from './lib/peer.mjs'

const MIB = 1024 * 1024
const LIMIT = Number(process.env.WEIKEYI_ECHO_MESSAGE_BYTES_MAX ?? 16 * MIB)
const LONG_MS = 60_000
const noise = randomFillSync(Buffer.alloc(LIMIT))
const prose = Buffer.alloc(LIMIT, '客服系统 customer service. ')

// Not cut within a character.
function proseOf(size) {
  let end = size
  while (end > 0 && end < prose.length && (prose[end] & 0xc0) === 0x80) end--
  return Buffer.concat([prose.subarray(0, end), Buffer.alloc(size - end, '.')])
}
const key = Buffer.alloc(4)

describe('9.1 large messages in one frame', () => {
  for (const size of [64 * 1024, 256 * 1024, MIB, 4 * MIB, 8 * MIB, LIMIT].filter((s) => s <= LIMIT)) {
    test(`text of ${size} bytes`, withPeer({}, async (peer) => {
      const payload = size === LIMIT ? Buffer.alloc(size, 'a') : proseOf(size)
      peer.send(text(payload, { key }))
      await peer.expectMessage(OP.TEXT, payload, LONG_MS)
      await peer.closeNormally()
    }))
    test(`binary of ${size} bytes`, withPeer({}, async (peer) => {
      peer.send(binary(noise.subarray(0, size)))
      await peer.expectMessage(OP.BIN, noise.subarray(0, size), LONG_MS)
      await peer.closeNormally()
    }))
  }
})

describe('9.2 a message of 4 MiB in fragments', () => {
  const size = Math.min(4 * MIB, LIMIT)
  for (const piece of [64, 256, 1024, 4096, 65536, 262_144, MIB]) {
    test(`text, ${piece} bytes each`, withPeer({}, async (peer) => {
      await peer.sendChopped(Buffer.concat(fragments(OP.TEXT, proseOf(size), piece)), 65536, { slow: false })
      await peer.expectMessage(OP.TEXT, proseOf(size), LONG_MS)
    }))
    test(`binary, ${piece} bytes each`, withPeer({}, async (peer) => {
      await peer.sendChopped(Buffer.concat(fragments(OP.BIN, noise.subarray(0, size), piece)), 65536, { slow: false })
      await peer.expectMessage(OP.BIN, noise.subarray(0, size), LONG_MS)
    }))
  }
})

describe('9.3 a message of 1 MiB in small writes', () => {
  for (const piece of [64, 100, 1000, 1460, 8192]) {
    test(`${piece} bytes each`, withPeer({}, async (peer) => {
      await peer.sendChopped(binary(noise.subarray(0, MIB)), piece, { slow: false })
      await peer.expectMessage(OP.BIN, noise.subarray(0, MIB), LONG_MS)
    }))
  }
})

describe('9.4 round trips', () => {
  for (const size of [0, 16, 64, 256, 1024, 4096]) {
    test(`500 of text of ${size} bytes, each after the other's echo`, withPeer({}, async (peer) => {
      const payload = proseOf(size)
      for (let i = 0; i < 500; i++) {
        peer.send(text(payload))
        await peer.expectMessage(OP.TEXT, payload)
      }
    }))
    test(`2,000 of binary of ${size} bytes, all at once`, withPeer({}, async (peer) => {
      const one = binary(noise.subarray(0, size))
      const sending = peer.sendChopped(Buffer.concat(Array(2000).fill(one)), 65536, { slow: false })
      for (let i = 0; i < 2000; i++) await peer.expectMessage(OP.BIN, noise.subarray(0, size), LONG_MS)
      await sending
    }))
  }
})

describe('9.5 beyond the limit', () => {
  test('refused from the header, before the payload', withPeer({}, async (peer) => {
    peer.send(frame({ opcode: OP.BIN, payload: '', length: BigInt(LIMIT) + 1n }))
    await peer.expectClose(1009)
  }))
  test('an absurd length', withPeer({}, async (peer) => {
    peer.send(frame({ opcode: OP.BIN, payload: '', length: (1n << 63n) - 1n }))
    await peer.expectClose(1009)
  }))
  test('fragments that are too much together', withPeer({}, async (peer) => {
    peer.send(binary(noise.subarray(0, LIMIT - 10), { fin: false }))
    peer.send(continuation(Buffer.alloc(11)))
    await peer.expectClose(1009)
  }))
  test('fragments of exactly the limit', withPeer({}, async (peer) => {
    peer.send(binary(noise.subarray(0, LIMIT - 10), { fin: false }))
    peer.send(continuation(noise.subarray(LIMIT - 10)))
    await peer.expectMessage(OP.BIN, noise, LONG_MS)
  }))
  test('many announced and never sent, and the server still serves', async () => {
    const peers = await Promise.all(Array.from({ length: 100 }, () => Peer.open()))
    for (const peer of peers) peer.send(frame({ opcode: OP.BIN, payload: 'only this', length: BigInt(LIMIT) }))
    const other = await Peer.open()
    await other.expectAlive()
    await other.closeNormally()
    assert.ok(peers.every((peer) => !peer.inbox.ended))
    peers.forEach((peer) => peer.destroy())
  })
})

describe('9.6 a reader that stands still gets everything in the end', () => {
  test('2 MiB waiting while nothing is read', withPeer({}, async (peer) => {
    peer.socket.pause()
    const one = noise.subarray(0, 16 * 1024)
    const sending = peer.sendChopped(Buffer.concat(Array(128).fill(binary(one))), 65536, { slow: false })
    await new Promise((resolve) => setTimeout(resolve, 300))
    peer.socket.resume()
    for (let i = 0; i < 128; i++) await peer.expectMessage(OP.BIN, one, LONG_MS)
    await sending
    await peer.expectAlive()
  }))
})

// 1: frames of every length, however the network cuts them; and lengths and masks written wrongly.
import { describe, test } from 'node:test'

import { binary, frame, OP, text } from './lib/frames.mjs'
import { Peer, withPeer } from './lib/peer.mjs'

const SIZES = [0, 1, 2, 124, 125, 126, 127, 128, 254, 255, 256, 65534, 65535, 65536, 65537, 100_000]
const bytesOf = (size) => Buffer.from({ length: size }, (_, i) => (i * 167 + (i >> 8)) & 255)
// Characters of one to four bytes, filled up with ASCII to exactly `size`.
function textOf(size) {
  const pattern = Buffer.from('a é 客服 😀 ')
  const whole = Math.floor(size / pattern.length)
  return Buffer.concat([...Array(whole).fill(pattern), Buffer.alloc(size - whole * pattern.length, '.')])
}

describe('1.1 text of every length form', () => {
  for (const size of SIZES) {
    test(`${size} bytes`, withPeer({}, async (peer) => {
      peer.send(text(textOf(size)))
      await peer.expectMessage(OP.TEXT, textOf(size))
      await peer.closeNormally()
    }))
  }
})

describe('1.2 binary of every length form', () => {
  for (const size of SIZES) {
    test(`${size} bytes`, withPeer({}, async (peer) => {
      peer.send(binary(bytesOf(size)))
      await peer.expectMessage(OP.BIN, bytesOf(size))
      await peer.closeNormally()
    }))
  }
})

describe('1.3 frames in pieces', () => {
  for (const [size, piece] of [[0, 1], [1, 1], [125, 1], [126, 1], [126, 3], [65535, 997], [65536, 997], [65536, 4096], [65536, 65543]]) {
    test(`text of ${size} bytes, ${piece} at a time`, withPeer({}, async (peer) => {
      await peer.sendChopped(text(textOf(size)), piece)
      await peer.expectMessage(OP.TEXT, textOf(size))
    }))
    test(`binary of ${size} bytes, ${piece} at a time`, withPeer({}, async (peer) => {
      await peer.sendChopped(binary(bytesOf(size)), piece)
      await peer.expectMessage(OP.BIN, bytesOf(size))
    }))
  }
  for (let cut = 1; cut < 14; cut++) {
    test(`a long header cut after ${cut} bytes`, withPeer({}, async (peer) => {
      const bytes = binary(bytesOf(70_000))
      await peer.sendChopped(bytes.subarray(0, cut), cut, { slow: true })
      await peer.expectSilence(20)
      peer.send(bytes.subarray(cut))
      await peer.expectMessage(OP.BIN, bytesOf(70_000))
    }))
  }
})

describe('1.4 masking keys', () => {
  for (const key of ['00000000', 'ffffffff', '00ff00ff', '01020304', '80000000', '00000001']) {
    test(`key ${key}`, withPeer({}, async (peer) => {
      for (const size of [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 33, 63, 65, 1000]) {
        peer.send(binary(bytesOf(size), { key: Buffer.from(key, 'hex') }))
        await peer.expectMessage(OP.BIN, bytesOf(size))
      }
    }))
  }
})

describe('1.5 many frames in one write', () => {
  test('200 messages at once come back in order', withPeer({}, async (peer) => {
    const messages = Array.from({ length: 200 }, (_, i) => `message ${i} ${'x'.repeat((i * 37) % 300)}`)
    peer.send(...messages.map((m) => text(m)))
    for (const message of messages) await peer.expectMessage(OP.TEXT, message)
    await peer.closeNormally()
  }))
  test('text and binary alternate', withPeer({}, async (peer) => {
    for (let i = 0; i < 20; i++) peer.send(i % 2 ? text(`t${i}`) : binary(`b${i}`))
    for (let i = 0; i < 20; i++) await peer.expectMessage(i % 2 ? OP.TEXT : OP.BIN, `${i % 2 ? 't' : 'b'}${i}`)
  }))
})

describe('1.6 lengths not in their shortest form are refused', () => {
  for (const [size, form] of [[0, 16], [1, 16], [125, 16], [0, 64], [125, 64], [126, 64], [65535, 64]]) {
    test(`${size} bytes in the ${form} bit form`, withPeer({}, async (peer) => {
      peer.send(binary(bytesOf(size), { length: form }))
      await peer.expectClose(1002)
    }))
  }
  test('a 64 bit length with its highest bit set', withPeer({}, async (peer) => {
    peer.send(frame({ opcode: OP.BIN, payload: 'x', length: 1n << 63n }))
    await peer.expectClose(1002)
  }))
})

describe('1.7 frames that are not masked are refused', () => {
  for (const opcode of [OP.TEXT, OP.BIN, OP.PING, OP.PONG, OP.CLOSE]) {
    test(`opcode ${opcode}`, withPeer({}, async (peer) => {
      peer.send(frame({ opcode, masked: false, payload: '' }))
      await peer.expectClose(1002)
    }))
  }
  test('after two bytes, before the rest', withPeer({}, async (peer) => {
    peer.send(Buffer.from([0x81, 0x7e]))
    await peer.expectClose(1002)
  }))
})

describe('1.8 connections do not mix', () => {
  test('30 connections, each with its own fragments in flight', async () => {
    const peers = await Promise.all(Array.from({ length: 30 }, () => Peer.open()))
    try {
      const payload = (i) => Buffer.alloc(3000 + i, `connection ${i} `)
      peers.forEach((peer, i) => peer.socket.write(binary(payload(i)).subarray(0, 1000)))
      await peers[0].expectSilence(50)
      peers.forEach((peer, i) => peer.socket.write(binary(payload(i)).subarray(1000)))
      await Promise.all(peers.map((peer, i) => peer.expectMessage(OP.BIN, payload(i))))
    } finally {
      peers.forEach((peer) => peer.destroy())
    }
  })
})

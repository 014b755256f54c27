// 2: pings are answered with their data, pongs are not answered.
import { describe, test } from 'node:test'

import { continuation, OP, ping, pong, text } from './lib/frames.mjs'
import { withPeer } from './lib/peer.mjs'

describe('2.1 a ping is answered with its data', () => {
  for (const [name, data] of [
    ['nothing', ''],
    ['text', 'Hello'],
    ['bytes that are no text', Buffer.from([0, 255, 254, 253, 252, 251, 0, 255])],
    ['125 bytes, the largest', Buffer.alloc(125, 0xfe)],
  ]) {
    test(name, withPeer({}, async (peer) => {
      peer.send(ping(data))
      await peer.expectControl(OP.PONG, data)
      await peer.closeNormally()
    }))
  }
  test('one byte at a time', withPeer({}, async (peer) => {
    await peer.sendChopped(ping(Buffer.alloc(125, 'p')), 1)
    await peer.expectControl(OP.PONG, Buffer.alloc(125, 'p'))
  }))
})

describe('2.2 a ping that is too long is refused', () => {
  for (const size of [126, 127, 1000, 65536]) {
    test(`${size} bytes`, withPeer({}, async (peer) => {
      peer.send(ping(Buffer.alloc(size)))
      await peer.expectClose(1002)
    }))
  }
  test('a pong too', withPeer({}, async (peer) => {
    peer.send(pong(Buffer.alloc(126)))
    await peer.expectClose(1002)
  }))
  test('known from its second byte', withPeer({}, async (peer) => {
    peer.send(Buffer.from([0x89, 0xfe]))
    await peer.expectClose(1002)
  }))
})

describe('2.3 pongs nobody asked for are ignored', () => {
  for (const data of ['', 'unasked', Buffer.alloc(125, 0xff)]) {
    test(`${data.length} bytes`, withPeer({}, async (peer) => {
      peer.send(pong(data))
      await peer.expectSilence()
      await peer.expectAlive()
      await peer.closeNormally()
    }))
  }
  test('a thousand of them', withPeer({}, async (peer) => {
    peer.send(...Array.from({ length: 1000 }, () => pong('x')))
    await peer.expectAlive()
  }))
})

describe('2.4 many pings are answered in order', () => {
  const pings = Array.from({ length: 10 }, (_, i) => ping(`payload-${i}`))
  test('ten at once', withPeer({}, async (peer) => {
    peer.send(...pings)
    for (let i = 0; i < 10; i++) await peer.expectControl(OP.PONG, `payload-${i}`)
  }))
  test('ten, one byte at a time', withPeer({}, async (peer) => {
    await peer.sendChopped(Buffer.concat(pings), 1, { slow: true })
    for (let i = 0; i < 10; i++) await peer.expectControl(OP.PONG, `payload-${i}`)
  }))
  test('between messages', withPeer({}, async (peer) => {
    for (let i = 0; i < 10; i++) peer.send(text(`m${i}`), pings[i])
    for (let i = 0; i < 10; i++) {
      await peer.expectMessage(OP.TEXT, `m${i}`)
      await peer.expectControl(OP.PONG, `payload-${i}`)
    }
  }))
  test('while a message is under way, before it is whole', withPeer({}, async (peer) => {
    peer.send(text('begun ', { fin: false }))
    for (let i = 0; i < 3; i++) {
      peer.send(ping(`early ${i}`))
      await peer.expectControl(OP.PONG, `early ${i}`)
    }
    peer.send(continuation('and ended'))
    await peer.expectMessage(OP.TEXT, 'begun and ended')
  }))
})

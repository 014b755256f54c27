// 6: text is UTF-8 (RFC 3629), and what is not is refused as soon as it can be known.
import { describe, test } from 'node:test'

import { binary, continuation, fragments, frame, OP, ping, text } from './lib/frames.mjs'
import { withPeer } from './lib/peer.mjs'

const hex = (s) => Buffer.from(s.replaceAll(' ', ''), 'hex')

const VALID = {
  'nothing': '',
  'U+0000': hex('00'),
  'U+007F, the last of one byte': hex('7f'),
  'U+0080, the first of two': hex('c280'),
  'U+07FF, the last of two': hex('dfbf'),
  'U+0800, the first of three': hex('e0a080'),
  'U+0FFF and U+1000': hex('e0bfbf e18080'),
  'U+D7FF, before the surrogates': hex('ed9fbf'),
  'U+E000, after the surrogates': hex('ee8080'),
  'U+FEFF, a byte order mark': hex('efbbbf'),
  'U+FFFD, the replacement character': hex('efbfbd'),
  'U+FFFE and U+FFFF, which are no characters but are code points': hex('efbfbe efbfbf'),
  'U+FDD0 to U+FDEF at both ends': hex('efb790 efb7af'),
  'U+10000, the first of four': hex('f0908080'),
  'U+1FFFE and U+1FFFF': hex('f09fbfbe f09fbfbf'),
  'U+3FFFF and U+40000': hex('f0bfbfbf f1808080'),
  'U+10FFFF, the last': hex('f48fbfbf'),
  'Greek': 'Χαίρετε, πῶς μπορῶ νὰ βοηθήσω;',
  'Chinese': '您好，请问有什么可以帮您？',
  'Arabic, Hebrew and directions': 'مرحبا \u200f שלום \u200e',
  'emoji joined and coloured': '👩🏽‍💻👨‍👩‍👧‍👦🇨🇳',
  'every byte of ASCII': Buffer.from({ length: 128 }, (_, i) => i),
}

// [good bytes before, the first bytes that show it is wrong, what would follow]
const INVALID = {
  'a lone continuation byte': ['', '80', ''],
  'the last continuation byte alone': ['', 'bf', ''],
  'a continuation byte too many': ['c3a9', 'a9', ''],
  'C0 80, NUL in two bytes': ['', 'c0', '80'],
  'C0 AF, a slash in two bytes': ['', 'c0', 'af'],
  'C1 BF': ['', 'c1', 'bf'],
  'E0 80 AF, a slash in three bytes': ['e0', '80', 'af'],
  'E0 9F BF, U+07FF in three bytes': ['e0', '9f', 'bf'],
  'F0 80 80 AF, a slash in four bytes': ['f0', '80', '80af'],
  'F0 8F BF BF, U+FFFF in four bytes': ['f0', '8f', 'bfbf'],
  'U+D800, the first surrogate': ['ed', 'a0', '80'],
  'U+DBFF': ['ed', 'af', 'bf'],
  'U+DC00': ['ed', 'b0', '80'],
  'U+DFFF, the last surrogate': ['ed', 'bf', 'bf'],
  'a pair of surrogates for one character': ['ed', 'a0', 'bd edb880'],
  'U+110000, beyond the end': ['f4', '90', '8080'],
  'F5, a start of nothing': ['', 'f5', '808080'],
  'F8, five bytes once': ['', 'f8', '88808080'],
  'FC, six bytes once': ['', 'fc', '8480808080'],
  'FE': ['', 'fe', ''],
  'FF': ['', 'ff', ''],
  'two bytes broken off by ASCII': ['c3', '28', ''],
  'three bytes broken off after one': ['e2', '28', 'a1'],
  'three bytes broken off after two': ['e282', '28', ''],
  'four bytes broken off after one': ['f0', '28', '8cbc'],
  'four bytes broken off after two': ['f090', '28', 'bc'],
  'four bytes broken off after three': ['f0908c', '28', ''],
  'a character broken off by the next one': ['e282', 'e2', '82ac'],
  'Latin-1': ['636166e9', '20', 'au lait'.replace(/./g, (c) => c.charCodeAt(0).toString(16))],
}

const INCOMPLETE = ['c3', 'e2', 'e282', 'f0', 'f09f', 'f09f98', 'ed9f', 'f48f']

describe('6.1 valid text', () => {
  for (const [name, payload] of Object.entries(VALID)) {
    test(name, withPeer({}, async (peer) => {
      const bytes = Buffer.from(payload)
      const padded = Buffer.concat([Buffer.alloc(61, 'p'), bytes, Buffer.alloc(70, 's')])
      peer.send(text(bytes))
      await peer.expectMessage(OP.TEXT, bytes)
      peer.send(text(padded))
      await peer.expectMessage(OP.TEXT, padded)
      peer.send(...fragments(OP.TEXT, bytes, 1))
      await peer.expectMessage(OP.TEXT, bytes)
      await peer.sendChopped(text(padded), 1, { slow: false })
      await peer.expectMessage(OP.TEXT, padded)
      await peer.closeNormally()
    }))
  }
})

describe('6.2 invalid text', () => {
  for (const [name, parts] of Object.entries(INVALID)) {
    const bytes = Buffer.concat(parts.map(hex))
    for (const [where, make] of [
      ['alone', (b) => [text(b)]],
      ['after and before good text', (b) => [text(Buffer.concat([Buffer.from('κόσμε'), b, Buffer.from('edited')]))]],
      ['deep within a long one', (b) => [text(Buffer.concat([Buffer.alloc(5003, 'x'), b, Buffer.alloc(700, 'y')]))]],
      ['a fragment for each byte', (b) => fragments(OP.TEXT, b, 1)],
    ]) {
      test(`${name}, ${where}`, withPeer({}, async (peer) => {
        peer.send(...make(bytes))
        await peer.expectClose(1007)
      }))
    }
  }
})

describe('6.3 text that ends within a character', () => {
  for (const bytes of INCOMPLETE) {
    test(bytes, withPeer({}, async (peer) => {
      peer.send(text(Buffer.concat([Buffer.from('ok '), hex(bytes)])))
      await peer.expectClose(1007)
    }))
    test(`${bytes}, the end in an empty fragment`, withPeer({}, async (peer) => {
      peer.send(text(hex(bytes), { fin: false }))
      await peer.expectSilence(60)
      peer.send(continuation(''))
      await peer.expectClose(1007)
    }))
  }
})

describe('6.4 fail fast between frames: the message is refused before it ends', () => {
  for (const [name, parts] of Object.entries(INVALID)) {
    const [good, wrong] = parts.map(hex)
    test(name, withPeer({}, async (peer) => {
      peer.send(text(Buffer.concat([Buffer.from('κόσμε'), good]), { fin: false }))
      await peer.expectSilence(60)
      peer.send(continuation(wrong, { fin: false }))
      await peer.expectClose(1007)
    }))
  }
})

describe('6.5 fail fast within a frame: refused before the frame is whole', () => {
  for (const [name, parts] of Object.entries(INVALID)) {
    const [good, wrong] = parts.map(hex)
    test(name, withPeer({}, async (peer) => {
      const before = Buffer.concat([Buffer.from('κόσμε'), good])
      const bytes = text(Buffer.concat([before, wrong, Buffer.alloc(40, 'z')]))
      const header = bytes.length - before.length - wrong.length - 40
      peer.send(bytes.subarray(0, header + before.length))
      await peer.expectSilence(60)
      peer.socket.write(bytes.subarray(header + before.length, header + before.length + wrong.length))
      await peer.expectClose(1007)
    }))
  }
  test('the rest of a frame of 100,000 bytes never comes', withPeer({}, async (peer) => {
    const bytes = text(Buffer.concat([hex('ff'), Buffer.alloc(100_000)]))
    peer.send(bytes.subarray(0, 15))
    await peer.expectClose(1007)
  }))
})

describe('6.6 what is not text may be anything', () => {
  const bytes = Buffer.concat(Object.values(INVALID).flat().map(hex))
  test('binary', withPeer({}, async (peer) => {
    peer.send(binary(bytes))
    await peer.expectMessage(OP.BIN, bytes)
    peer.send(...fragments(OP.BIN, bytes, 3))
    await peer.expectMessage(OP.BIN, bytes)
  }))
  test('ping', withPeer({}, async (peer) => {
    peer.send(ping(bytes.subarray(0, 120)))
    await peer.expectControl(OP.PONG, bytes.subarray(0, 120))
  }))
  test('a ping within a character of a text', withPeer({}, async (peer) => {
    peer.send(text(hex('e282'), { fin: false }), ping(hex('ff')), frame({ opcode: OP.CONT, payload: hex('ac') }))
    await peer.expectControl(OP.PONG, hex('ff'))
    await peer.expectMessage(OP.TEXT, '€')
  }))
  test('each message begins anew', withPeer({}, async (peer) => {
    for (let i = 0; i < 5; i++) {
      peer.send(text('€ '.repeat(i)), binary(hex('e2')), text('ok'))
      await peer.expectMessage(OP.TEXT, '€ '.repeat(i))
      await peer.expectMessage(OP.BIN, hex('e2'))
      await peer.expectMessage(OP.TEXT, 'ok')
    }
  }))
})

// 13: permessage-deflate: which offers are taken, and what breaks the agreement.
import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import zlib from 'node:zlib'

import { binary, close, continuation, fragments, frame, OP, ping, text } from './lib/frames.mjs'
import { compress } from './lib/deflate.mjs'
import { Peer, withPeer } from './lib/peer.mjs'

const LIMIT = Number(process.env.WEIKEYI_ECHO_MESSAGE_BYTES_MAX ?? 16 * 1024 * 1024)
const deflated = (opcode, payload, more = {}) => frame({ opcode, rsv: 4, payload, ...more })
const offered = (body) => withPeer({ extensions: 'permessage-deflate' }, body)

// Looks back as far as it can within a message, and across messages.
const far = (seed) => Buffer.concat([Buffer.alloc(300, `start ${seed} `), randomLetters(40_000, seed), Buffer.alloc(300, `start ${seed} `)])
function randomLetters(size, seed) {
  let x = seed + 1
  return Buffer.from({ length: size }, () => {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0
    return 97 + (x >>> 16) % 16
  })
}

describe('13.1 offers that must be understood', () => {
  const parameters = ['', 'client_max_window_bits', 'server_no_context_takeover', 'client_no_context_takeover']
  for (const bits of [8, 9, 10, 11, 12, 13, 14, 15]) parameters.push(`server_max_window_bits=${bits}`, `client_max_window_bits=${bits}`)
  parameters.push(
    'server_no_context_takeover; client_no_context_takeover',
    'client_no_context_takeover; server_max_window_bits=10; client_max_window_bits',
    'server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9',
    'client_max_window_bits=12 ; server_max_window_bits = 12',
  )
  for (const each of parameters) {
    const extensions = each ? `permessage-deflate; ${each}` : 'permessage-deflate'
    test(extensions, withPeer({ extensions }, async (peer) => {
      assert.ok(peer.deflate, 'declined')
      for (const message of [far(1), far(1), Buffer.from('short'), Buffer.alloc(3000, 'ab'), far(2)]) {
        peer.send(deflated(OP.BIN, peer.deflate.compress(message)))
        // Inflated here with no larger window than was agreed.
        await peer.expectMessage(OP.BIN, message)
      }
      await peer.closeNormally()
    }))
  }
})

describe('13.2 offers that must be declined', () => {
  const wrong = [
    'server_max_window_bits', 'server_max_window_bits=7', 'server_max_window_bits=16', 'server_max_window_bits=0',
    'server_max_window_bits=-9', 'server_max_window_bits=09', 'server_max_window_bits=1.5', 'server_max_window_bits=ten',
    'client_max_window_bits=7', 'client_max_window_bits=16', 'client_max_window_bits=08', 'client_max_window_bits=x',
    'server_no_context_takeover=1', 'server_no_context_takeover=true', 'client_no_context_takeover=0',
    'no_such_parameter', 'no_such_parameter=1',
    'server_no_context_takeover; server_no_context_takeover',
    'client_no_context_takeover; client_no_context_takeover',
    'server_max_window_bits=10; server_max_window_bits=10',
    'client_max_window_bits; client_max_window_bits=10',
  ]
  for (const each of wrong) {
    test(each, withPeer({ extensions: `permessage-deflate; ${each}` }, async (peer) => {
      assert.equal(peer.deflate, null, 'accepted')
      peer.send(text('x'.repeat(5000)))
      await peer.expectMessage(OP.TEXT, 'x'.repeat(5000))
      peer.send(deflated(OP.TEXT, compress('x')))
      await peer.expectClose(1002)
    }))
  }
})

describe('13.3 several offers', () => {
  for (const [extensions, taken] of [
    ['permessage-deflate; server_max_window_bits=99, permessage-deflate', true],
    ['x-unknown, permessage-deflate; server_max_window_bits=10', true],
    ['permessage-deflate; server_max_window_bits=9, permessage-deflate; server_max_window_bits=12', true],
    ['permessage-deflate; a=1, permessage-deflate; b=1', false],
    ['x-webkit-deflate-frame', false],
    ['permessage-bzip2; level=9', false],
  ]) {
    test(extensions, withPeer({ extensions }, async (peer) => {
      assert.equal(peer.deflate !== null, taken)
      peer.send(text('negotiated '.repeat(200)))
      await peer.expectMessage(OP.TEXT, 'negotiated '.repeat(200))
    }))
  }
  test('in two headers', async () => {
    const peer = await Peer.open({ extensions: 'permessage-deflate', headers: [['Sec-WebSocket-Extensions', 'x-unknown; q=1']] })
    assert.ok(peer.deflate)
    await peer.closeNormally()
  })
})

describe('13.4 the compression bit where it may not stand', () => {
  test('nobody offered', withPeer({}, async (peer) => {
    peer.send(deflated(OP.TEXT, compress('Hello')))
    await peer.expectClose(1002)
  }))
  test('on a continuation', offered(async (peer) => {
    const payload = compress('Hello, Hello')
    peer.send(deflated(OP.TEXT, payload.subarray(0, 3), { fin: false }), continuation(payload.subarray(3), { rsv: 4 }))
    await peer.expectClose(1002)
  }))
  test('on a continuation of a plain message', offered(async (peer) => {
    peer.send(text('a', { fin: false }), continuation(compress('b'), { rsv: 4 }))
    await peer.expectClose(1002)
  }))
  test('on a ping', offered(async (peer) => {
    peer.send(ping('x', { rsv: 4 }))
    await peer.expectClose(1002)
  }))
  test('on a close', offered(async (peer) => {
    peer.send(close(1000, '', { rsv: 4 }))
    await peer.expectClose(1002)
  }))
})

describe('13.5 compressed data that is damaged', () => {
  const good = compress('Hello, compressed world. '.repeat(30))
  for (const [name, payload] of [
    ['nothing at all', Buffer.alloc(0)],
    ['a reserved block type', Buffer.from([0xff, 0xff, 0xff])],
    ['noise', Buffer.from('feedfacecafebeef0123456789', 'hex')],
    ['lengths of a stored block that do not match', Buffer.from('0005000000 48656c6c6f 00'.replaceAll(' ', ''), 'hex')],
    ['a reference to before the beginning', Buffer.from('02130000', 'hex')],
    ['cut after one byte', good.subarray(0, 1)],
    ['cut in the middle', good.subarray(0, good.length >> 1)],
    ['cut before its last byte', good.subarray(0, -1)],
  ]) {
    test(name, offered(async (peer) => {
      peer.send(deflated(OP.BIN, payload))
      await peer.expectClose(1007)
    }))
    test(`${name}, in fragments`, offered(async (peer) => {
      peer.send(...fragments(OP.TEXT, payload, 1, 4))
      await peer.expectClose(1007)
    }))
  }
  test('a good message before it is echoed', offered(async (peer) => {
    peer.send(deflated(OP.TEXT, compress('good')), deflated(OP.TEXT, good.subarray(0, 9)))
    await peer.expectMessage(OP.TEXT, 'good')
    await peer.expectClose(1007)
  }))
  test('the damage of one connection is not another one’s', async () => {
    const [bad, fine] = await Promise.all([Peer.open({ extensions: 'permessage-deflate' }), Peer.open({ extensions: 'permessage-deflate' })])
    const message = 'shared '.repeat(500)
    for (let i = 0; i < 5; i++) {
      fine.send(deflated(OP.TEXT, compress(message)))
      if (i === 2) bad.send(deflated(OP.TEXT, good.subarray(0, 9)))
      await fine.expectMessage(OP.TEXT, message)
    }
    await bad.expectClose(1007)
    await fine.closeNormally()
  })
})

describe('13.6 text must be UTF-8 after inflating', () => {
  for (const bytes of ['ff', 'c0af', 'eda080', 'f4908080', '6f6be282']) {
    test(bytes, offered(async (peer) => {
      peer.send(deflated(OP.TEXT, compress(Buffer.from(bytes, 'hex'))))
      await peer.expectClose(1007)
    }))
    test(`${bytes} as binary is fine`, offered(async (peer) => {
      peer.send(deflated(OP.BIN, compress(Buffer.from(bytes, 'hex'))))
      await peer.expectMessage(OP.BIN, Buffer.from(bytes, 'hex'))
    }))
  }
})

describe('13.7 the limit holds after inflating', () => {
  test('exactly the limit', offered(async (peer) => {
    const zeros = Buffer.alloc(LIMIT)
    peer.send(deflated(OP.BIN, compress(zeros)))
    await peer.expectMessage(OP.BIN, zeros, 60_000)
  }))
  test('one byte more', offered(async (peer) => {
    peer.send(deflated(OP.BIN, compress(Buffer.alloc(LIMIT + 1))))
    await peer.expectClose(1009)
  }))
  test('a bomb of 1 GiB, on ten connections at once', async () => {
    // 64 MiB of zeros, over and over: about 1 MiB on the wire.
    const once = compress(Buffer.alloc(64 * 1024 * 1024), { level: 9 })
    const tail = Buffer.from([0, 0, 255, 255])
    const bomb = Buffer.concat(Array.from({ length: 16 }, (_, i) => (i < 15 ? [once, tail] : [once])).flat())
    const peers = await Promise.all(Array.from({ length: 10 }, () => Peer.open({ extensions: 'permessage-deflate' })))
    peers.forEach((peer) => peer.send(deflated(OP.BIN, bomb)))
    const other = await Peer.open()
    await other.expectAlive()
    await Promise.all(peers.map((peer) => peer.expectClose(1009)))
    await other.closeNormally()
  })
})

describe('13.8 contexts', () => {
  test('a client that breaks client_no_context_takeover is refused', offered(async (peer) => {
    if (peer.deflate.clientTakeover) return
    const message = Buffer.from('the very same words, that repeat what went before')
    peer.send(deflated(OP.TEXT, compress(message)))
    await peer.expectMessage(OP.TEXT, message)
    // Refers to the message before.
    const again = zlib.deflateRawSync(message, { dictionary: message, finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4)
    peer.send(deflated(OP.TEXT, again))
    await peer.expectClose(1007)
  }))
  test('the server keeps to server_no_context_takeover', withPeer({ extensions: 'permessage-deflate; server_no_context_takeover' }, async (peer) => {
    assert.equal(peer.deflate.serverTakeover, false)
    const message = randomLetters(5000, 9)
    for (let i = 0; i < 5; i++) {
      peer.send(binary(message))
      await peer.expectMessage(OP.BIN, message)
    }
  }))
})

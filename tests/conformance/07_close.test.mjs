// 7: the closing handshake, and which codes may be in it.
import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'

import { binary, close, closePayload, continuation, frame, OP, ping, text } from './lib/frames.mjs'
import { Peer, withPeer } from './lib/peer.mjs'

const closeFrame = (payload, more = {}) => frame({ opcode: OP.CLOSE, payload, ...more })

describe('7.1 what may come before, with and after a close', () => {
  test('a message, then a close', withPeer({}, async (peer) => {
    peer.send(text('last words'))
    await peer.expectMessage(OP.TEXT, 'last words')
    await peer.closeNormally()
  }))
  test('both in one write: the message is still echoed', withPeer({}, async (peer) => {
    peer.send(text('last words'), close(1000))
    await peer.expectMessage(OP.TEXT, 'last words')
    await peer.expectClose(1000, { reply: false })
  }))
  test('a second close is not answered', withPeer({}, async (peer) => {
    peer.send(close(1000), close(1000))
    await peer.expectClose(1000, { reply: false })
  }))
  test('a ping after a close is not answered', withPeer({}, async (peer) => {
    peer.send(close(1000), ping('too late'))
    await peer.expectClose(1000, { reply: false })
  }))
  test('a message after a close is not echoed', withPeer({}, async (peer) => {
    peer.send(close(1000), text('too late'), binary('too late'))
    await peer.expectClose(1000, { reply: false })
  }))
  test('a broken frame after a close changes nothing', withPeer({}, async (peer) => {
    peer.send(close(1001), frame({ opcode: 3 }), Buffer.alloc(3000, 0xff))
    await peer.expectClose(1001, { reply: false })
  }))
  test('a close within a fragmented message', withPeer({}, async (peer) => {
    peer.send(text('never ended', { fin: false }), close(1000), continuation('x'))
    await peer.expectClose(1000, { reply: false })
  }))
  test('a close right after 256 KiB', withPeer({}, async (peer) => {
    const large = Buffer.alloc(262_144, 'L')
    peer.send(text(large), close(1000), ping('too late'))
    await peer.expectMessage(OP.TEXT, large)
    await peer.expectClose(1000, { reply: false })
  }))
  test('a close one byte at a time', withPeer({}, async (peer) => {
    await peer.sendChopped(close(1000, 'slowly, slowly'), 1, { slow: true })
    peer.sentClose = true
    await peer.expectClose(1000)
  }))
  test('the close frame arrives although much more was sent after the fault', withPeer({}, async (peer) => {
    peer.send(frame({ opcode: 3 }))
    for (let i = 0; i < 64; i++) peer.socket.write(binary(Buffer.alloc(4096)))
    const got = await peer.frame()
    assert.equal(got.opcode, OP.CLOSE)
    assert.equal(got.payload.readUInt16BE(0), 1002)
  }))
  test('a failed connection is ended even when its close is never answered', withPeer({}, async (peer) => {
    peer.send(frame({ opcode: 3 }))
    await peer.expectClose(1002, { reply: false })
  }))
  test('a peer that goes without a word harms nobody', async () => {
    for (const last of [Buffer.alloc(0), Buffer.from([0x81]), text('cut off').subarray(0, 9), text('a', { fin: false })]) {
      const gone = await Peer.open()
      gone.socket.write(last)
      gone.socket.resetAndDestroy ? gone.socket.resetAndDestroy() : gone.destroy()
    }
    const peer = await Peer.open()
    await peer.expectAlive()
    await peer.closeNormally()
  })
})

describe('7.3 payloads of a close', () => {
  test('none: answered without a code', withPeer({}, async (peer) => {
    peer.send(close())
    await peer.expectClose(undefined)
  }))
  test('one byte', withPeer({}, async (peer) => {
    peer.send(closeFrame(Buffer.from([3])))
    await peer.expectClose(1002)
  }))
  test('a code alone', withPeer({}, async (peer) => {
    peer.send(close(1000))
    await peer.expectClose(1000)
  }))
  test('a code and a reason', withPeer({}, async (peer) => {
    peer.send(close(1000, 'bis später, 再见'))
    await peer.expectClose(1000)
  }))
  test('the longest reason, 123 bytes', withPeer({}, async (peer) => {
    peer.send(close(1000, 'r'.repeat(123)))
    await peer.expectClose(1000)
  }))
  test('a reason one byte too long', withPeer({}, async (peer) => {
    peer.send(close(1000, 'r'.repeat(124)))
    await peer.expectClose(1002)
  }))
  for (const [name, reason] of [['a surrogate', 'eda080'], ['a lone byte', 'ff'], ['a character cut off', '6f6be282'], ['an overlong form', 'c0af']]) {
    test(`a reason that is not UTF-8: ${name}`, withPeer({}, async (peer) => {
      peer.send(closeFrame(Buffer.concat([closePayload(1000), Buffer.from(reason, 'hex')])))
      await peer.expectClose(1007)
    }))
  }
})

describe('7.7 codes a client may send are sent back', () => {
  for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001, 3999, 4000, 4321, 4999]) {
    test(String(code), withPeer({}, async (peer) => {
      peer.send(close(code))
      await peer.expectClose(code)
    }))
  }
})

describe('7.9 codes nobody may send', () => {
  for (const code of [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 65535]) {
    test(String(code), withPeer({}, async (peer) => {
      peer.send(close(code))
      await peer.expectClose(1002)
    }))
    test(`${code} with a reason`, withPeer({}, async (peer) => {
      peer.send(close(code, 'why'))
      await peer.expectClose(1002)
    }))
  }
})

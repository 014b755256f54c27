// 5: messages in several frames, control frames between them, and frames in an order that makes no sense.
import { describe, test } from 'node:test'

import { binary, continuation, fragments, frame, OP, ping, pong, text } from './lib/frames.mjs'
import { withPeer } from './lib/peer.mjs'

const first = (payload, opcode = OP.TEXT) => frame({ opcode, payload, fin: false })
const middle = (payload) => continuation(payload, { fin: false })

// Every good sequence is sent at once, frame by frame in writes of their own, and byte by byte.
function good(name, frames, expected) {
  for (const [how, send] of [
    ['in one write', async (peer) => peer.send(...frames)],
    ['a write for each frame', async (peer) => { for (const f of frames) await peer.sendChopped(f, f.length, { slow: true }) }],
    ['one byte at a time', async (peer) => peer.sendChopped(Buffer.concat(frames), 1)],
  ]) {
    test(`${name}, ${how}`, withPeer({}, async (peer) => {
      await send(peer)
      for (const [opcode, payload] of expected) {
        if (opcode >= 8) await peer.expectControl(opcode, payload)
        else await peer.expectMessage(opcode, payload)
      }
      await peer.closeNormally()
    }))
  }
}
function bad(name, frames, before = []) {
  for (const chopped of [false, true]) {
    test(chopped ? `${name}, one byte at a time` : name, withPeer({}, async (peer) => {
      if (chopped) await peer.sendChopped(Buffer.concat(frames), 1)
      else peer.send(...frames)
      for (const [opcode, payload] of before) {
        if (opcode >= 8) await peer.expectControl(opcode, payload)
        else await peer.expectMessage(opcode, payload)
      }
      await peer.expectClose(1002)
    }))
  }
}

describe('5.1 control frames are never fragmented', () => {
  for (const opcode of [OP.PING, OP.PONG, OP.CLOSE]) {
    bad(`opcode ${opcode} without FIN`, [frame({ opcode, fin: false, payload: '' })])
    bad(`opcode ${opcode} in two`, [frame({ opcode, fin: false, payload: 'a' }), continuation('b')])
  }
})

describe('5.2 fragments become one message', () => {
  good('two of text', [first('frag'), continuation('ments')], [[OP.TEXT, 'fragments']])
  good('two of binary', [first('frag', OP.BIN), continuation('ments')], [[OP.BIN, 'fragments']])
  good('five', [first('a'), middle('b'), middle('c'), middle('d'), continuation('e')], [[OP.TEXT, 'abcde']])
  good('empty ones among them', [first(''), middle('x'), middle(''), continuation('')], [[OP.TEXT, 'x']])
  good('only empty ones', [first(''), middle(''), continuation('')], [[OP.TEXT, '']])
  good('only empty ones, binary', [first('', OP.BIN), middle(''), continuation('')], [[OP.BIN, '']])
  good('one message after the other', [first('a'), continuation('b'), text('c'), first('d', OP.BIN), continuation('e')],
    [[OP.TEXT, 'ab'], [OP.TEXT, 'c'], [OP.BIN, 'de']])
  good('500 of one byte', fragments(OP.TEXT, 'z'.repeat(500), 1), [[OP.TEXT, 'z'.repeat(500)]])
})

describe('5.3 control frames between fragments', () => {
  good('a ping', [first('a'), ping('now'), continuation('b')], [[OP.PONG, 'now'], [OP.TEXT, 'ab']])
  good('a pong', [first('a'), pong('unasked'), continuation('b')], [[OP.TEXT, 'ab']])
  good('a ping between each', [first('a'), ping('1'), middle('b'), ping('2'), middle(''), ping(''), continuation('c')],
    [[OP.PONG, '1'], [OP.PONG, '2'], [OP.PONG, ''], [OP.TEXT, 'abc']])
  good('pings right after each other', [first('a'), ping('1'), ping('2'), pong(), ping('3'), continuation('c')],
    [[OP.PONG, '1'], [OP.PONG, '2'], [OP.PONG, '3'], [OP.TEXT, 'ac']])
})

describe('5.4 continuations of nothing', () => {
  bad('final', [continuation('lost')])
  bad('final and empty', [continuation('')])
  bad('not final', [middle('lost'), text('x')])
  bad('after a whole message', [text('whole'), continuation('lost')], [[OP.TEXT, 'whole']])
  bad('after the end of a fragmented one', [first('a'), continuation('b'), continuation('c')], [[OP.TEXT, 'ab']])
  bad('after a ping', [ping('p'), continuation('x')], [[OP.PONG, 'p']])
  test('known from the first byte', withPeer({}, async (peer) => {
    peer.send(Buffer.from([0x80]))
    await peer.expectClose(1002)
  }))
})

describe('5.5 a new message before the old one has ended', () => {
  bad('text within text', [first('a'), text('b')])
  bad('binary within text', [first('a'), binary('b')])
  bad('text within binary', [first('a', OP.BIN), text('b')])
  bad('a fragmented one within a fragmented one', [first('a'), first('b'), continuation('c')])
  bad('after a ping between', [first('a'), ping('p'), text('b')], [[OP.PONG, 'p']])
})

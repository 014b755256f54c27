// 3: reserved bits nobody agreed on.
import { describe, test } from 'node:test'

import { binary, close, continuation, frame, OP, ping, text } from './lib/frames.mjs'
import { withPeer } from './lib/peer.mjs'

const names = (rsv) => ['RSV1', 'RSV2', 'RSV3'].filter((_, i) => rsv & (4 >> i)).join('+')

for (const rsv of [1, 2, 3, 4, 5, 6, 7]) {
  describe(`3 ${names(rsv)} without an extension`, () => {
    for (const [name, bytes] of [
      ['text', text('small', { rsv })],
      ['empty text', text('', { rsv })],
      ['binary', binary('small', { rsv })],
      ['ping', ping('x', { rsv })],
      ['close', close(1000, '', { rsv })],
    ]) {
      test(name, withPeer({}, async (peer) => {
        peer.send(bytes)
        await peer.expectClose(1002)
      }))
    }
    test('what was whole before it is still echoed', withPeer({}, async (peer) => {
      peer.send(text('before'), text('bad', { rsv }), ping('never answered'))
      await peer.expectMessage(OP.TEXT, 'before')
      await peer.expectClose(1002)
    }))
    test('one byte at a time', withPeer({}, async (peer) => {
      await peer.sendChopped(Buffer.concat([text('before'), text('bad', { rsv })]), 1)
      await peer.expectMessage(OP.TEXT, 'before')
      await peer.expectClose(1002)
    }))
    test('on a continuation', withPeer({}, async (peer) => {
      peer.send(text('a', { fin: false }), continuation('b', { rsv }))
      await peer.expectClose(1002)
    }))
    test('known from the first byte', withPeer({}, async (peer) => {
      peer.send(frame({ rsv, payload: 'never read' }).subarray(0, 1))
      await peer.expectClose(1002)
    }))
  })
}

describe('3 RSV2 and RSV3 stay forbidden with permessage-deflate', () => {
  for (const rsv of [1, 2, 3, 5, 6, 7]) {
    test(names(rsv), withPeer({ extensions: 'permessage-deflate' }, async (peer) => {
      peer.send(text('x', { rsv }))
      await peer.expectClose(1002)
    }))
  }
})

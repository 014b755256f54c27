// 4: opcodes that mean nothing (yet).
import { describe, test } from 'node:test'

import { continuation, frame, OP, ping, text } from './lib/frames.mjs'
import { withPeer } from './lib/peer.mjs'

for (const [kind, opcodes] of [['data', [3, 4, 5, 6, 7]], ['control', [11, 12, 13, 14, 15]]]) {
  for (const opcode of opcodes) {
    describe(`4 reserved ${kind} opcode ${opcode}`, () => {
      for (const [name, options] of [['empty', {}], ['with payload', { payload: 'reserved' }], ['not final', { fin: false }]]) {
        test(name, withPeer({}, async (peer) => {
          peer.send(frame({ opcode, ...options }))
          await peer.expectClose(1002)
        }))
      }
      test('after a message, which is echoed; nothing after it is', withPeer({}, async (peer) => {
        peer.send(text('before'), frame({ opcode, payload: 'x' }), ping('after'))
        await peer.expectMessage(OP.TEXT, 'before')
        await peer.expectClose(1002)
      }))
      test('within a fragmented message', withPeer({}, async (peer) => {
        peer.send(text('a', { fin: false }), frame({ opcode }), continuation('b'))
        await peer.expectClose(1002)
      }))
      test('known from the first byte', withPeer({}, async (peer) => {
        peer.send(Buffer.from([0x80 | opcode]))
        await peer.expectClose(1002)
      }))
    })
  }
}

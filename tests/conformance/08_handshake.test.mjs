// 8: the opening handshake: what must be accepted, and which answer everything else gets.
import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'

import { OP, ping, text } from './lib/frames.mjs'
import { acceptOf, connect, echoUrl, httpAnswer, Peer, requestBytes, upgradeHeaders } from './lib/peer.mjs'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

const without = (name, headers = upgradeHeaders(KEY)) => headers.filter(([n]) => n !== name)
const changed = (name, value) => upgradeHeaders(KEY).map(([n, v]) => [n, n === name ? value : v])

async function answerTo(headers, options) {
  const socket = await connect()
  try {
    return await httpAnswer(socket, requestBytes(headers, options))
  } finally {
    socket.destroy()
  }
}

describe('8.1 good handshakes', () => {
  test('the key of the RFC', async () => {
    const answer = await answerTo(upgradeHeaders(KEY))
    assert.equal(answer.status, 101)
    assert.deepEqual(answer.headers.get('sec-websocket-accept'), ['s3pPLMBiTxaQ9kYGzzhZRbK+xOo='])
    assert.equal(answer.headers.get('sec-websocket-extensions'), undefined)
    assert.equal(answer.headers.get('sec-websocket-protocol'), undefined)
  })
  const cases = {
    'header names in lower case': upgradeHeaders(KEY).map(([n, v]) => [n.toLowerCase(), v]),
    'header names in upper case': upgradeHeaders(KEY).map(([n, v]) => [n.toUpperCase(), v]),
    'Connection as a list': changed('Connection', 'keep-alive, Upgrade'),
    'Connection in other case': changed('Connection', 'uPGRADE'),
    'Connection in two headers': [...changed('Connection', 'keep-alive'), ['Connection', 'upgrade']],
    'Upgrade in other case': changed('Upgrade', 'WebSocket'),
    'Upgrade as a list': changed('Upgrade', 'example/2, websocket'),
    'blanks around values': upgradeHeaders(KEY).map(([n, v]) => [n, `  ${v}\t `]),
    'headers nobody knows': [['X-Unknown', 'value'], ...upgradeHeaders(KEY), ['Sec-WebSocket-Unknown', '1']],
    'a subprotocol nobody speaks': [...upgradeHeaders(KEY), ['Sec-WebSocket-Protocol', 'x-nobody-speaks-this']],
    'an extension nobody knows': [...upgradeHeaders(KEY), ['Sec-WebSocket-Extensions', 'x-unknown; a=1; b="c"']],
  }
  for (const [name, headers] of Object.entries(cases)) {
    test(name, async () => {
      const answer = await answerTo(headers)
      assert.equal(answer.status, 101)
      assert.deepEqual(answer.headers.get('sec-websocket-accept'), [acceptOf(KEY)])
      assert.equal(answer.headers.get('sec-websocket-extensions'), undefined)
      assert.equal(answer.headers.get('sec-websocket-protocol'), undefined)
    })
  }
  for (let i = 0; i < 10; i++) {
    test(`a random key, ${i}`, async () => {
      const key = randomBytes(16).toString('base64')
      assert.deepEqual((await answerTo(upgradeHeaders(key))).headers.get('sec-websocket-accept'), [acceptOf(key)])
    })
  }
  test('one byte at a time', async () => {
    const peer = await Peer.open({ pieces: (bytes) => [...bytes].map((b) => Buffer.from([b])) })
    await peer.expectAlive()
    await peer.closeNormally()
  })
  test('the first frames in the same packet as the request', async () => {
    const peer = await Peer.open({ follow: Buffer.concat([text('eager'), ping('too')]) })
    await peer.expectMessage(OP.TEXT, 'eager')
    await peer.expectControl(OP.PONG, 'too')
    await peer.closeNormally()
  })
  test('half a frame in the same packet as the request', async () => {
    const bytes = text('eager and cut')
    const peer = await Peer.open({ follow: bytes.subarray(0, 7) })
    await peer.expectSilence(50)
    peer.send(bytes.subarray(7))
    await peer.expectMessage(OP.TEXT, 'eager and cut')
    await peer.closeNormally()
  })
})

describe('8.2 refused handshakes', () => {
  const cases = [
    ['no Connection', 400, without('Connection')],
    ['Connection without Upgrade', 400, changed('Connection', 'keep-alive')],
    ['Connection that only looks like it', 400, changed('Connection', 'upgrades')],
    ['no key', 400, without('Sec-WebSocket-Key')],
    ['an empty key', 400, changed('Sec-WebSocket-Key', '')],
    ['a key of 15 bytes', 400, changed('Sec-WebSocket-Key', randomBytes(15).toString('base64'))],
    ['a key of 17 bytes', 400, changed('Sec-WebSocket-Key', randomBytes(17).toString('base64'))],
    ['a key without padding', 400, changed('Sec-WebSocket-Key', KEY.slice(0, -2))],
    ['a key that is not base64', 400, changed('Sec-WebSocket-Key', 'dGhl!HNhbXBsZSBub25jZQ==')],
    ['two keys', 400, [...upgradeHeaders(KEY), ['Sec-WebSocket-Key', KEY]]],
    ['no version', 400, without('Sec-WebSocket-Version')],
    ['two versions', 400, [...upgradeHeaders(KEY), ['Sec-WebSocket-Version', '13']]],
    ['no Host', 400, without('Host')],
    ['extensions that are no list', 400, [...upgradeHeaders(KEY), ['Sec-WebSocket-Extensions', 'permessage-deflate; a="']]],
    ['a subprotocol named twice', 400, [...upgradeHeaders(KEY), ['Sec-WebSocket-Protocol', 'a, a']]],
    ['a subprotocol that is no token', 400, [...upgradeHeaders(KEY), ['Sec-WebSocket-Protocol', 'a b']]],
    ...['0', '7', '8', '12', '14', '130', 'x'].map((v) => [`version ${v}`, 426, changed('Sec-WebSocket-Version', v)]),
  ]
  for (const [name, status, headers] of cases) {
    test(`${name}: ${status}`, async () => {
      const answer = await answerTo(headers)
      assert.equal(answer.status, status)
      assert.equal(answer.headers.get('sec-websocket-accept'), undefined)
      if (status === 426) assert.deepEqual(answer.headers.get('sec-websocket-version'), ['13'])
    })
  }
  for (const [name, headers] of [
    ['no Upgrade', without('Upgrade')],
    ['another Upgrade', changed('Upgrade', 'h2c')],
    ['neither Upgrade nor Connection', without('Upgrade', without('Connection'))],
  ]) {
    test(`${name}: told to upgrade`, async () => {
      const answer = await answerTo(headers)
      assert.equal(answer.status, 426)
      assert.equal(answer.headers.get('upgrade')?.join().toLowerCase(), 'websocket')
    })
  }
  for (const method of ['POST', 'PUT', 'HEAD', 'DELETE']) {
    test(`${method}: never upgraded`, async () => {
      const answer = await answerTo(upgradeHeaders(KEY), { method })
      assert.ok([400, 405].includes(answer.status), `status ${answer.status}`)
    })
  }
  test('HTTP/1.0: never upgraded', async () => {
    const answer = await answerTo(upgradeHeaders(KEY), { version: 'HTTP/1.0' })
    assert.ok([400, 426, 505].includes(answer.status), `status ${answer.status}`)
  })
  test('a path that is not there: 404', async () => {
    const answer = await answerTo(upgradeHeaders(KEY), { target: `${echoUrl().pathname}/no/such/path` })
    assert.equal(answer.status, 404)
  })
})

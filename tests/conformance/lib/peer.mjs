// A WebSocket client that does what it is told, right or wrong, and that takes nothing wrong from the server: every frame
// received is checked against RFC 6455 and, where it was agreed, RFC 7692.
import { strict as assert } from 'node:assert'
import { createHash, randomBytes } from 'node:crypto'
import net from 'node:net'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { DeflateSession } from './deflate.mjs'
import { close, frame as makeFrame, OP } from './frames.mjs'
import { echoServer } from './server.mjs'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const PATIENCE_MS = Number(process.env.WEIKEYI_CONFORMANCE_PATIENCE_MS ?? 10_000)

const server = await echoServer()
const url = new URL(server.url)
export const echoUrl = () => url

export const acceptOf = (key) => createHash('sha1').update(key + GUID).digest('base64')

// A case that failed half way leaves its sockets here; without this they would keep the process alive.
const sockets = new Set()
after(() => {
  sockets.forEach((socket) => socket.destroy())
  // A server that fell over during the last case must not go unnoticed.
  const died = server.stop()
  if (died) throw died
})

export function connect() {
  const socket = net.connect({ host: url.hostname, port: Number(url.port || 80), noDelay: true })
  sockets.add(socket)
  socket.once('close', () => sockets.delete(socket))
  return new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
  })
}

// A request as [name, value] pairs, so that headers can be left out, doubled and spoiled.
export function upgradeHeaders(key, more = []) {
  return [
    ['Host', echoUrl().host],
    ['Upgrade', 'websocket'],
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Version', '13'],
    ['Sec-WebSocket-Key', key],
    ...more,
  ]
}

export function requestBytes(headers, { method = 'GET', version = 'HTTP/1.1', target = echoUrl().pathname } = {}) {
  return Buffer.from(`${method} ${target} ${version}\r\n${headers.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`, 'latin1')
}

// Bytes as they come, handed out by "until" and by count.
class Inbox {
  #chunks = []
  #size = 0
  #waiting = null
  ended = false
  error = null

  constructor(socket) {
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk)
      this.#size += chunk.length
      this.#wake()
    })
    socket.on('end', () => this.#end())
    socket.on('close', () => this.#end())
    socket.on('error', (error) => {
      this.error = error
      this.#end()
    })
  }
  get size() {
    return this.#size
  }
  #end() {
    this.ended = true
    this.#wake()
  }
  #wake() {
    this.#waiting?.()
  }
  // True when ready() is; false after ms, or when the peer ended before.
  async wait(ready, ms) {
    const until = Date.now() + ms
    while (!ready()) {
      const left = until - Date.now()
      if (this.ended || left <= 0) return ready()
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left)
        this.#waiting = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#waiting = null
    }
    return true
  }
  peek(size = this.#size) {
    if (this.#chunks.length > 1 && this.#chunks[0].length < size) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks.length === 0 ? Buffer.alloc(0) : this.#chunks[0].subarray(0, size)
  }
  take(size) {
    const taken = Buffer.from(this.peek(size))
    this.#chunks[0] = this.#chunks[0].subarray(size)
    if (this.#chunks[0].length === 0) this.#chunks.shift()
    this.#size -= size
    return taken
  }
}

// The answer to raw request bytes: { status, headers: Map of lower-case name → [values], inbox }.
export async function httpAnswer(socket, bytes, { pieces } = {}) {
  const inbox = new Inbox(socket)
  for (const piece of pieces ?? [bytes]) {
    socket.write(piece)
    if (pieces) await sleep(1)
  }
  const ready = () => inbox.peek().includes('\r\n\r\n')
  assert.ok(await inbox.wait(ready, PATIENCE_MS), `no answer to the request (${inbox.error ?? (inbox.ended ? 'ended' : 'silence')})`)
  const head = inbox.take(inbox.peek().indexOf('\r\n\r\n') + 4).toString('latin1')
  const [statusLine, ...lines] = head.trimEnd().split('\r\n')
  const match = /^HTTP\/1\.1 (\d{3}) /.exec(`${statusLine} `)
  assert.ok(match, `not a status line: ${statusLine}`)
  const headers = new Map()
  for (const line of lines) {
    const colon = line.indexOf(':')
    assert.ok(colon > 0, `not a header: ${line}`)
    const name = line.slice(0, colon).toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()])
  }
  return { status: Number(match[1]), headers, inbox }
}

export class Peer {
  // extensions: the value of Sec-WebSocket-Extensions to offer. follow: bytes sent together with the request.
  static async open({ extensions, headers = [], follow, pieces } = {}) {
    const socket = await connect()
    const key = randomBytes(16).toString('base64')
    const more = extensions === undefined ? headers : [...headers, ['Sec-WebSocket-Extensions', extensions]]
    const request = requestBytes(upgradeHeaders(key, more))
    const bytes = follow ? Buffer.concat([request, follow]) : request
    try {
      const answer = await httpAnswer(socket, bytes, { pieces: pieces?.(bytes) })
      assert.equal(answer.status, 101, 'the handshake was refused')
      assert.deepEqual(answer.headers.get('sec-websocket-accept'), [acceptOf(key)])
      assert.equal(answer.headers.get('upgrade')?.join().toLowerCase(), 'websocket')
      assert.ok(answer.headers.get('connection')?.join().toLowerCase().split(/\s*,\s*/).includes('upgrade'))
      const agreed = answer.headers.get('sec-websocket-extensions')?.join(', ')
      return new Peer(socket, answer.inbox, agreed === undefined ? null : DeflateSession.from(extensions, agreed))
    } catch (error) {
      socket.destroy()
      throw error
    }
  }

  constructor(socket, inbox, deflate) {
    this.socket = socket
    this.inbox = inbox
    this.deflate = deflate
    this.sentClose = false
    this.inMessage = false
  }

  send(...buffers) {
    if (buffers.some((b) => (b[0] & 15) === OP.CLOSE && b.length < 140)) this.sentClose = true
    this.socket.write(buffers.length === 1 ? buffers[0] : Buffer.concat(buffers))
  }
  // In separate writes of `size` bytes. slow: with a pause after each, so that they arrive apart.
  async sendChopped(bytes, size, { slow = bytes.length / size < 200 } = {}) {
    for (let at = 0; at < bytes.length; at += size) {
      if (this.socket.destroyed) return
      const flowing = this.socket.write(bytes.subarray(at, at + size))
      if (slow) await sleep(1)
      else if (!flowing) await new Promise((resolve) => this.socket.once('drain', resolve))
    }
  }

  // The next frame; fails where the server broke a rule, ended, or is silent for too long.
  async frame(ms = PATIENCE_MS) {
    const got = await this.frameWithin(ms)
    assert.ok(got, this.inbox.ended ? `the connection ended (${this.inbox.error ?? 'cleanly'})` : `no frame within ${ms} ms`)
    return got
  }
  // The same, or null.
  async frameWithin(ms) {
    const until = Date.now() + ms
    const have = (size) => this.inbox.wait(() => this.inbox.size >= size, Math.max(0, until - Date.now()))
    if (!(await have(2))) return null
    const second = this.inbox.peek(2)[1]
    assert.equal(second & 0x80, 0, 'a server must not mask')
    let length = second & 0x7f
    let head = 2
    if (length >= 126) {
      head = length === 126 ? 4 : 10
      if (!(await have(head))) return null
      const bytes = this.inbox.peek(head)
      length = head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
      assert.ok(length >= (head === 4 ? 126 : 65536), 'length not in its shortest form')
    }
    if (!(await have(head + length))) return null
    const bytes = this.inbox.take(head + length)
    const frame = { fin: (bytes[0] & 0x80) !== 0, rsv: (bytes[0] >> 4) & 7, opcode: bytes[0] & 15, payload: bytes.subarray(head) }
    this.#check(frame)
    return frame
  }
  #check(frame) {
    assert.ok(Object.values(OP).includes(frame.opcode), `reserved opcode ${frame.opcode}`)
    assert.equal(frame.rsv & 3, 0, 'RSV2 or RSV3 set')
    if (frame.opcode >= 8) {
      assert.ok(frame.fin, 'fragmented control frame')
      assert.equal(frame.rsv, 0, 'RSV on a control frame')
      assert.ok(frame.payload.length <= 125, 'control frame too long')
      return
    }
    assert.equal(frame.opcode === OP.CONT, this.inMessage, 'fragments out of order')
    if (frame.rsv) {
      assert.ok(this.deflate, 'RSV1 without permessage-deflate')
      assert.notEqual(frame.opcode, OP.CONT, 'RSV1 on a continuation')
    }
    this.inMessage = !frame.fin
  }

  // The next data message { opcode, payload, compressed }; control frames before it are an error.
  async message(ms = PATIENCE_MS) {
    const parts = []
    let first
    for (;;) {
      const frame = await this.frame(ms)
      assert.ok(frame.opcode < 8, `a message was expected, not ${describe(frame)}`)
      first ??= frame
      parts.push(frame.payload)
      if (frame.fin) break
    }
    let payload = parts.length === 1 ? parts[0] : Buffer.concat(parts)
    const compressed = first.rsv === 4
    if (compressed) payload = this.deflate.inflate(payload)
    if (first.opcode === OP.TEXT) new TextDecoder('utf-8', { fatal: true }).decode(payload)
    return { opcode: first.opcode, payload, compressed, wireBytes: parts.reduce((sum, p) => sum + p.length, 0) }
  }
  async expectMessage(opcode, payload, ms = PATIENCE_MS) {
    const got = await this.message(ms)
    assert.equal(got.opcode, opcode)
    const wanted = Buffer.from(payload)
    assert.ok(got.payload.equals(wanted), `echo differs: ${brief(got.payload)} instead of ${brief(wanted)}`)
    return got
  }
  async expectControl(opcode, payload = '') {
    const got = await this.frame()
    assert.equal(got.opcode, opcode, `not what was expected: ${describe(got)}`)
    assert.deepEqual(got.payload, Buffer.from(payload))
  }
  // Nothing comes, and the connection stays.
  async expectSilence(ms = 150) {
    const got = await this.frameWithin(ms)
    assert.equal(got, null, `silence was expected, not ${got && describe(got)}`)
    assert.ok(!this.inbox.ended, 'the connection ended')
  }
  // The next frame is a close with this code (undefined: with none); then the server ends the TCP connection.
  async expectClose(code, { reply = true } = {}) {
    const got = await this.frame()
    assert.equal(got.opcode, OP.CLOSE, `a close was expected, not ${describe(got)}`)
    if (code === undefined) assert.equal(got.payload.length, 0)
    else {
      assert.ok(got.payload.length >= 2, 'close without a code')
      assert.equal(got.payload.readUInt16BE(0), code)
      new TextDecoder('utf-8', { fatal: true }).decode(got.payload.subarray(2))
    }
    if (reply && !this.sentClose && !this.socket.destroyed) this.send(close(code))
    await this.expectEnd()
  }
  // The server ends the TCP connection, and sends no more frames before.
  async expectEnd(ms = PATIENCE_MS) {
    await this.inbox.wait(() => this.inbox.ended, ms)
    assert.ok(this.inbox.ended, 'the server left the TCP connection open')
    assert.equal(this.inbox.size, 0, 'bytes after the close frame')
    this.socket.destroy()
  }
  // Shows that the connection is alive and its stream in order.
  async expectAlive() {
    this.send(makeFrame({ opcode: OP.PING, payload: 'still there?' }))
    await this.expectControl(OP.PONG, 'still there?')
  }
  async closeNormally() {
    this.send(close(1000))
    await this.expectClose(1000)
  }
  destroy() {
    this.socket.destroy()
  }
}

const brief = (bytes) => `${bytes.length} bytes ${bytes.subarray(0, 24).toString('hex')}`
function describe(frame) {
  if (frame.opcode === OP.CLOSE && frame.payload.length >= 2) {
    return `close ${frame.payload.readUInt16BE(0)} "${frame.payload.subarray(2).toString()}"`
  }
  const name = Object.keys(OP).find((k) => OP[k] === frame.opcode)
  return `${name} of ${brief(frame.payload)}`
}

// A test's body with a connection of its own, which is gone afterwards whatever happened.
export function withPeer(options, body) {
  return async () => {
    const peer = await Peer.open(options)
    try {
      await body(peer)
    } finally {
      peer.destroy()
    }
  }
}

// permessage-deflate (RFC 7692), the client's half: checks what the server agreed to, and keeps it to its word.
import { strict as assert } from 'node:assert'
import zlib from 'node:zlib'

const TAIL = Buffer.from([0, 0, 0xff, 0xff])

// A header's elements: [{ name, parameters: [[name, value | true], …] }, …].
export function parseExtensions(header) {
  return header
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '')
    .map((element) => {
      const [name, ...parameters] = element.split(';').map((part) => part.trim())
      return { name, parameters: parameters.map((p) => (p.includes('=') ? [p.slice(0, p.indexOf('=')).trim(), p.slice(p.indexOf('=') + 1).trim()] : [p, true])) }
    })
}

function bitsOf(value) {
  assert.match(String(value), /^([89]|1[0-5])$/, `window bits ${value}`)
  return Number(value)
}

export class DeflateSession {
  // Requires that `answer` is a rightful answer to one of the elements of `offer` (RFC 7692 section 7.1).
  static from(offer, answer) {
    assert.notEqual(offer, undefined, 'the server agreed to an extension nobody offered')
    const elements = parseExtensions(answer)
    assert.equal(elements.length, 1, `one extension was expected: ${answer}`)
    assert.equal(elements[0].name, 'permessage-deflate')
    const agreed = new Map()
    for (const [name, value] of elements[0].parameters) {
      assert.ok(!agreed.has(name), `${name} twice`)
      if (name.endsWith('_no_context_takeover')) assert.equal(value, true)
      else bitsOf(value)
      assert.ok(
        ['server_no_context_takeover', 'client_no_context_takeover', 'server_max_window_bits', 'client_max_window_bits'].includes(name),
        `unknown parameter ${name}`,
      )
      agreed.set(name, value)
    }
    const offers = parseExtensions(offer).filter((element) => element.name.toLowerCase() === 'permessage-deflate')
    const fitting = offers.find((element) => answers(new Map(element.parameters), agreed))
    assert.ok(fitting, `"${answer}" answers none of "${offer}"`)
    return new DeflateSession(agreed)
  }

  constructor(agreed) {
    this.agreed = agreed
    this.serverBits = agreed.has('server_max_window_bits') ? bitsOf(agreed.get('server_max_window_bits')) : 15
    this.clientBits = agreed.has('client_max_window_bits') ? bitsOf(agreed.get('client_max_window_bits')) : 15
    this.clientTakeover = !agreed.has('client_no_context_takeover')
    this.serverTakeover = !agreed.has('server_no_context_takeover')
    // What went before, where a context is kept.
    this.received = Buffer.alloc(0)
  }

  // The payload of one message as we would send it.
  compress(message, options = {}) {
    return compress(message, { windowBits: Math.max(this.clientBits, 9), ...options })
  }
  inflate(payload) {
    const window = 1 << this.serverBits
    const dictionary = this.serverTakeover && this.received.length > 0 ? this.received : undefined
    // Fails on references further back than the agreed window, as a client that keeps no more would.
    const message = zlib.inflateRawSync(Buffer.concat([payload, TAIL]), {
      windowBits: this.serverBits,
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
      dictionary,
    })
    if (this.serverTakeover) {
      const history = Buffer.concat([this.received, message])
      this.received = history.subarray(Math.max(0, history.length - window))
    }
    return message
  }
}

// A message's compressed payload, complete in itself.
export function compress(message, { level = 6, windowBits = 15, memLevel = 8, strategy } = {}) {
  const bytes = zlib.deflateRawSync(message, { level, windowBits, memLevel, strategy, finishFlush: zlib.constants.Z_SYNC_FLUSH })
  assert.deepEqual(bytes.subarray(-4), TAIL)
  return bytes.subarray(0, -4)
}

function answers(offer, agreed) {
  if (offer.has('server_no_context_takeover') && !agreed.has('server_no_context_takeover')) return false
  if (offer.has('server_max_window_bits')) {
    if (!agreed.has('server_max_window_bits')) return false
    if (Number(agreed.get('server_max_window_bits')) > Number(offer.get('server_max_window_bits'))) return false
  }
  if (agreed.has('client_max_window_bits')) {
    if (!offer.has('client_max_window_bits')) return false
    const most = offer.get('client_max_window_bits')
    if (most !== true && Number(agreed.get('client_max_window_bits')) > Number(most)) return false
  }
  return true
}

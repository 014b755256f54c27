import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { ClientFrame, ServerFrame } from './generated/wire/weikeyi/v1/frame'
import { FlowStep } from './generated/wire/weikeyi/v1/resource'
import { messageEvent } from './testing'

const schemas = join(dirname(fileURLToPath(import.meta.url)), '../../../proto')

/** protoc itself is the judge: it knows nothing of our reader and writer. */
function protoc(direction: 'encode' | 'decode', type: string, input: Uint8Array | string): Buffer {
  return execFileSync('protoc', [`--${direction}=weikeyi.v1.${type}`, `-I${schemas}`, 'weikeyi/v1/frame.proto', 'weikeyi/v1/resource.proto'], { input })
}

it('reads what protoc writes, also the largest numbers and the longest text', () => {
  const text = '你好🙂'.repeat(500)
  const bytes = protoc('encode', 'ServerFrame', `events { conversation_id: 18446744073709551615 after_seq: 4294967295 through_seq: 1
    events { seq: 300 time_ms: 1763942400123 actor { kind: ACTOR_KIND_AGENT id: 9007199254740993 name: "李" } message { text: "${text}" } }
    events { seq: 2 holder_changed { to { kind: HOLDER_KIND_QUEUE } } } }`)
  const { body } = ServerFrame.decode(bytes)
  if (body?.$case !== 'events') throw new Error('not events')
  expect(body.value).toMatchObject({ conversationId: '18446744073709551615', afterSeq: 4294967295, throughSeq: 1 })
  expect(body.value.events[0]).toMatchObject({ seq: 300, timeMs: 1763942400123, actor: { kind: 2, id: '9007199254740993', name: '李' } })
  expect(body.value.events[0]?.body).toEqual({ $case: 'message', value: { text, attachments: [], replyToSeq: 0, citations: [], choices: [] } })
})

it('writes what protoc reads', () => {
  const bytes = ClientFrame.encode({
    ref: 4294967295,
    body: {
      $case: 'append',
      value: {
        conversationId: '18446744073709551615', clientId: 'x'.repeat(200),
        command: { $case: 'message', value: { text: '在吗?🙂', replyToSeq: 128, attachments: [{ id: '7', name: 'a', mediaType: 'b', sizeBytes: 5_000_000_000, width: 1, height: 0 }], citations: [{ title: 'b', url: 'https://b.example' }], choices: ['c'] } },
      },
    },
  }).finish()
  const text = protoc('decode', 'ClientFrame', bytes).toString()
  for (const part of ['ref: 4294967295', 'conversation_id: 18446744073709551615', 'reply_to_seq: 128', 'size_bytes: 5000000000', 'x'.repeat(200)]) {
    expect(text).toContain(part)
  }
})

it.each([0, 1, -1, 300, -300, 2147483647, -2147483648])('reads and writes %d as protoc does, zigzag', (x) => {
  expect(FlowStep.decode(protoc('encode', 'FlowStep', `id: "a" x: ${x}`))).toMatchObject({ id: 'a', x })
  const written = protoc('decode', 'FlowStep', FlowStep.encode({ id: 'a', kind: undefined, next: '', x, y: 0 }).finish()).toString()
  expect(written).toBe(x === 0 ? 'id: "a"\n' : `id: "a"\nx: ${x}\n`)
})

it('passes over fields of a later version', () => {
  // Field 1000 as a number, as text and as 8 fixed bytes, before a Pong.
  const unknown = [0xc0, 0x3e, 0x05, 0xc2, 0x3e, 0x02, 0x61, 0x62, 0xc1, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8]
  const pong = ServerFrame.encode({ body: { $case: 'pong', value: { nonce: 7, serverTimeMs: 1 } } }).finish()
  expect(ServerFrame.decode(new Uint8Array([...unknown, ...pong])).body).toEqual({ $case: 'pong', value: { nonce: 7, serverTimeMs: 1 } })
})

it('refuses a frame cut anywhere inside a field, and never loops', () => {
  const bytes = ServerFrame.encode({ body: { $case: 'events', value: { conversationId: '77', afterSeq: 0, throughSeq: 1, events: [messageEvent(1, 'hello')] } } }).finish()
  for (let length = 1; length < bytes.length; length += 1) {
    expect(() => ServerFrame.decode(bytes.slice(0, length)), `cut at ${length}`).toThrow()
  }
})

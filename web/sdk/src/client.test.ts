import { beforeEach, describe, expect, it } from 'vitest'
import { Client, type ClientOptions } from './client'
import { HelloLater, type LinkState } from './link'
import { FakeNetwork, ManualClock, MemoryStorage, messageEvent, visitorWelcome } from './testing'
import { ActorKind } from './generated/wire/weikeyi/v1/event'
import { ConversationSummary } from './generated/json/weikeyi/v1/resource'

let clock: ManualClock
let storage: MemoryStorage
let network: FakeNetwork
let states: LinkState['kind'][]

function makeClient(over: Partial<ClientOptions> = {}): Client {
  const client = new Client({
    role: 'visitor',
    url: 'ws://test/ws',
    scope: 'weikeyi.site',
    ports: {
      clock,
      storage,
      openSocket: network.open,
      random: (bytes) => bytes.forEach((_, index) => (bytes[index] = Math.floor(Math.random() * 256))),
    },
    hello: (resume) => Promise.resolve({ credential: { $case: 'visitorToken', value: 't' }, resume, client: '', locale: '', context: undefined }),
    ...over,
  })
  client.onLink((state) => states.push(state.kind))
  return client
}

async function online(client: Client, lastSeq = 0): Promise<void> {
  client.connect()
  await welcome(lastSeq)
}

async function welcome(lastSeq = 0): Promise<void> {
  await clock.advance(0)
  network.last.accept()
  network.last.say(visitorWelcome(lastSeq, clock.now()))
}

function ack(index: number, seq: number): void {
  const append = network.last.appends()[index]
  if (append === undefined) throw new Error(`no append ${index}`)
  network.last.say({ $case: 'ack', value: { ref: append.ref, conversationId: '77', seq, timeMs: clock.now(), clientId: append.clientId } })
}

function refuse(index: number, code: string, retryAfterMs: number): void {
  const append = network.last.appends()[index]
  if (append === undefined) throw new Error(`no append ${index}`)
  network.last.say({ $case: 'refusal', value: { ref: append.ref, code, reason: 'because', retryAfterMs, clientId: append.clientId } })
}

function events(afterSeq: number, ...texts: string[]): void {
  const list = texts.map((text, index) => messageEvent(afterSeq + index + 1, text))
  network.last.say({ $case: 'events', value: { conversationId: '77', afterSeq, throughSeq: afterSeq + list.length, events: list } })
}

const shown = (client: Client): string[] =>
  client.own.view.events.map((event) => (event.body?.$case === 'message' ? event.body.value.text : ''))
const waiting = (client: Client): string[] => client.own.view.pending.map((entry) => entry.state)

beforeEach(() => {
  clock = new ManualClock()
  storage = new MemoryStorage()
  network = new FakeNetwork()
  states = []
})

describe('connecting', () => {
  it('says hello first and nothing before Welcome', async () => {
    const client = makeClient()
    client.sendMessage('0', 'early')
    client.connect()
    await clock.advance(0)
    network.last.accept()
    expect(network.last.bodies()).toEqual(['hello'])
    network.last.say(visitorWelcome(0, clock.now()))
    expect(network.last.bodies()).toEqual(['hello', 'append'])
    expect(states).toEqual(['connecting', 'online'])
  })

  it('is back within 3 s of a restart, however long the restart took (P81)', async () => {
    for (const outage of [100, 900, 2500, 7000, 30_000]) {
      network = new FakeNetwork()
      const client = makeClient()
      await online(client)
      network.last.drop()
      const until = clock.elapsed() + outage
      while (clock.elapsed() < until) {
        const before = network.sockets.length
        await clock.advance(50)
        if (network.sockets.length > before) network.last.drop()
      }
      const before = network.sockets.length
      const returned = clock.elapsed()
      while (network.sockets.length === before && clock.elapsed() < returned + 5000) await clock.advance(50)
      expect(clock.elapsed() - returned).toBeLessThan(3000)
      client.close()
    }
  })

  it('comes back when Goodbye says, and not at all when it says so', async () => {
    const client = makeClient()
    await online(client)
    network.last.say({ $case: 'goodbye', value: { code: 'restarting', retryAfterMs: 1234 } })
    await clock.advance(1200)
    expect(network.sockets.length).toBe(1)
    await clock.advance(50)
    expect(network.sockets.length).toBe(2)
    network.last.accept()
    network.last.say({ $case: 'goodbye', value: { code: 'replaced', retryAfterMs: 0 } })
    await clock.advance(60_000)
    expect(network.sockets.length).toBe(2)
    expect(client.link).toEqual({ kind: 'closed', code: 'replaced' })
  })

  it('comes back when a busy server says, not sooner for being looked at', async () => {
    let refusals = 0
    const client = makeClient({
      hello: (resume) => {
        if (refusals++ === 0) return Promise.reject(new HelloLater('too_many_sessions', 3000))
        return Promise.resolve({ credential: { $case: 'visitorToken', value: 't' }, resume, client: '', locale: '', context: undefined })
      },
    })
    client.connect()
    await clock.advance(0)
    expect(client.link).toMatchObject({ kind: 'waiting', busy: true, retryAtMs: 3000 })
    client.wake()
    await clock.advance(2900)
    expect(network.sockets.length).toBe(0)
    await clock.advance(200)
    network.last.accept()
    network.last.say({ $case: 'refusal', value: { ref: 1, code: 'busy', reason: '', retryAfterMs: 1500, clientId: '' } })
    expect(client.link).toMatchObject({ kind: 'waiting', busy: true, retryAtMs: clock.elapsed() + 1500 })
    client.wake()
    await clock.advance(1400)
    expect(network.sockets.length).toBe(1)
    await clock.advance(200)
    expect(network.sockets.length).toBe(2)
    network.last.drop()
    expect(client.link).toMatchObject({ kind: 'waiting', busy: false })
  })

  it('asks once for another credential when the hello is refused', async () => {
    let denied = 0
    const client = makeClient({ onDenied: () => { denied += 1; return true } })
    client.connect()
    for (let turn = 0; turn < 2; turn += 1) {
      await clock.advance(10)
      network.last.accept()
      network.last.say({ $case: 'refusal', value: { ref: 1, code: 'unauthenticated', reason: '', retryAfterMs: 0, clientId: '' } })
    }
    expect(denied).toBe(1)
    expect(client.link.kind).toBe('closed')
  })

  it('starts anew after a frame that cannot be read', async () => {
    const client = makeClient()
    await online(client)
    network.last.sayGarbage()
    expect(client.link.kind).toBe('waiting')
    await clock.advance(3000)
    expect(network.sockets.length).toBe(2)
  })
})

describe('a silent link', () => {
  it('is called stalled within 3 s, not at once, and given up after 8', async () => {
    const client = makeClient()
    await online(client)
    client.sendMessage('0', 'hello?')
    await clock.advance(1900)
    expect(client.link.kind).toBe('online')
    await clock.advance(300)
    expect(client.link.kind).toBe('stalled')
    expect(network.last.bodies()).toContain('ping')
    await clock.advance(5600)
    expect(client.link.kind).toBe('stalled')
    await clock.advance(400)
    expect(['waiting', 'connecting']).toContain(client.link.kind)
    expect(network.sockets[0]?.closed).toBe(4000)
  })

  it('is online again when the answer comes', async () => {
    const client = makeClient()
    await online(client)
    client.sendMessage('0', 'hello?')
    await clock.advance(3500)
    expect(client.link.kind).toBe('stalled')
    ack(0, 1)
    network.last.say({ $case: 'pong', value: { nonce: 1, serverTimeMs: clock.now() } })
    expect(client.link.kind).toBe('online')
  })

  it('is kept while the server answers pings, then renewed when one append never is', async () => {
    const client = makeClient()
    await online(client)
    client.sendMessage('0', 'slow disk')
    for (let second = 0; second < 19; second += 1) {
      await clock.advance(1000)
      const ping = network.last.frames.at(-1)?.body
      if (ping?.$case === 'ping') network.last.say({ $case: 'pong', value: { nonce: ping.value.nonce, serverTimeMs: 0 } })
    }
    expect(network.sockets.length).toBe(1)
    expect(client.link.kind).toBe('stalled')
    await clock.advance(1500)
    expect(network.sockets[0]?.closed).toBe(4000)
  })

  it('sends one heartbeat per period when idle', async () => {
    await online(makeClient())
    for (let minute = 0; minute < 3; minute += 1) {
      await clock.advance(20_000)
      const ping = network.last.frames.at(-1)?.body
      if (ping?.$case !== 'ping') throw new Error('no ping')
      network.last.say({ $case: 'pong', value: { nonce: ping.value.nonce, serverTimeMs: 0 } })
    }
    expect(network.last.bodies().filter((body) => body === 'ping').length).toBe(3)
  })
})

describe('events', () => {
  it('resume from the last seq, and take what comes twice once (P42)', async () => {
    const client = makeClient()
    await online(client, 2)
    events(0, 'one', 'two')
    events(0, 'one', 'two')
    network.last.drop()
    await clock.advance(3000)
    network.last.accept()
    const hello = network.last.frames[0]?.body
    expect(hello?.$case === 'hello' && hello.value.resume).toEqual([{ conversationId: '77', afterSeq: 2 }])
    network.last.say(visitorWelcome(3, clock.now()))
    events(1, 'two', 'three')
    expect(shown(client)).toEqual(['one', 'two', 'three'])
  })

  it('with a gap are not shown but asked for again, once', async () => {
    const client = makeClient()
    await online(client)
    events(0, 'one')
    events(2, 'three')
    events(3, 'four')
    expect(shown(client)).toEqual(['one'])
    const asked = network.last.frames.filter((frame) => frame.body?.$case === 'subscribe')
    expect(asked.length).toBe(1)
    network.last.say({ $case: 'subscribed', value: { ref: asked[0]?.ref ?? 0, conversation: undefined, afterSeq: 1 } })
    events(1, 'two', 'three', 'four')
    expect(shown(client)).toEqual(['one', 'two', 'three', 'four'])
  })

  it('that a visitor may not see leave no gap (P43)', async () => {
    const client = makeClient()
    await online(client)
    events(0, 'one')
    network.last.say({ $case: 'events', value: { conversationId: '77', afterSeq: 1, throughSeq: 4, events: [messageEvent(4, 'four')] } })
    events(4, 'five')
    expect(shown(client)).toEqual(['one', 'four', 'five'])
    expect(network.last.bodies()).not.toContain('subscribe')
  })

  it('begin with the newest for a visitor who has none', async () => {
    const client = makeClient()
    await online(client, 502)
    expect(client.own.view.loaded).toBe(false)
    events(500, 'late', 'later')
    expect(shown(client)).toEqual(['late', 'later'])
    expect(client.own.view).toMatchObject({ loaded: true, hasOlder: true, baseSeq: 500 })
  })

  it('fold what the other side has seen, and never backwards', async () => {
    const client = makeClient()
    await online(client)
    events(0, 'one')
    const seen = (seq: number, throughSeq: number): void =>
      network.last.say({
        $case: 'events',
        value: {
          conversationId: '77', afterSeq: seq - 1, throughSeq: seq,
          events: [{ ...messageEvent(seq, ''), actor: { kind: ActorKind.AGENT, id: '9', name: '' }, body: { $case: 'seen', value: { throughSeq } } }],
        },
      })
    seen(2, 1)
    seen(3, 0)
    expect(client.own.view.agentsSeenSeq).toBe(1)
  })
})

describe('sending', () => {
  it('keeps the order of writing: one in flight at a time', async () => {
    const client = makeClient()
    await online(client)
    for (const text of ['a', 'b', 'c']) client.sendMessage('0', text)
    expect(network.last.texts()).toEqual(['a'])
    expect(waiting(client)).toEqual(['sent', 'queued', 'queued'])
    ack(0, 1)
    expect(network.last.texts()).toEqual(['a', 'b'])
    refuse(1, 'busy', 500)
    expect(network.last.texts()).toEqual(['a', 'b'])
    await clock.advance(600)
    expect(network.last.texts()).toEqual(['a', 'b', 'b'])
    ack(2, 2)
    expect(network.last.texts()).toEqual(['a', 'b', 'b', 'c'])
  })

  it('keeps to the time it was told, also over a lost connection, and says until when', async () => {
    const client = makeClient()
    await online(client)
    client.sendMessage('0', 'a')
    expect(client.own.view.heldUntilMs).toBe(0)
    refuse(0, 'busy', 5000)
    expect(client.own.view.heldUntilMs).toBe(clock.elapsed() + 5000)
    const id = network.last.appends()[0]?.clientId
    network.last.drop()
    await clock.advance(2000)
    await welcome()
    client.wake()
    expect(network.last.texts()).toEqual([])
    expect(waiting(client)).toEqual(['queued'])
    await clock.advance(3100)
    expect(network.last.appends().map((append) => append.clientId)).toEqual([id])
    expect(client.own.view.heldUntilMs).toBe(0)
  })

  it('resends with the same client id after a lost connection', async () => {
    const client = makeClient()
    await online(client)
    client.sendMessage('0', 'once')
    const id = network.last.appends()[0]?.clientId
    network.last.drop()
    expect(waiting(client)).toEqual(['queued'])
    await clock.advance(3000)
    await welcome()
    expect(network.last.appends().map((append) => append.clientId)).toEqual([id])
  })

  it('shows a stored message once: from Ack until its event comes', async () => {
    const client = makeClient()
    await online(client)
    client.sendMessage('0', 'hi')
    ack(0, 1)
    expect(waiting(client)).toEqual(['stored'])
    const clientId = network.last.appends()[0]?.clientId ?? ''
    network.last.say({ $case: 'events', value: { conversationId: '77', afterSeq: 0, throughSeq: 1, events: [messageEvent(1, 'hi', 'visitor', clientId)] } })
    expect(waiting(client)).toEqual([])
    expect(shown(client)).toEqual(['hi'])
  })

  it('counts the event itself as the answer when it comes before the Ack', async () => {
    const client = makeClient()
    await online(client)
    client.sendMessage('0', 'a')
    client.sendMessage('0', 'b')
    const clientId = network.last.appends()[0]?.clientId ?? ''
    network.last.say({ $case: 'events', value: { conversationId: '77', afterSeq: 0, throughSeq: 1, events: [messageEvent(1, 'a', 'visitor', clientId)] } })
    expect(network.last.texts()).toEqual(['a', 'b'])
    ack(0, 1)
    expect(waiting(client)).toEqual(['sent'])
    await clock.advance(1000)
    expect(client.link.kind).toBe('online')
  })

  it('survives a reload and a crash, in order', async () => {
    const first = makeClient()
    await online(first)
    for (const text of ['a', 'b', 'c']) first.sendMessage('0', text)
    ack(0, 1)
    // No close(): the page is gone.
    network = new FakeNetwork()
    const second = makeClient()
    expect(waiting(second)).toEqual(['queued', 'queued'])
    await online(second, 1)
    expect(network.last.texts()).toEqual(['b'])
    ack(0, 2)
    ack(1, 3)
    expect(network.last.texts()).toEqual(['b', 'c'])
    expect(storage.length).toBe(0)
    second.sendMessage('0', 'd')
    const ids = network.last.appends().map((append) => append.clientId)
    expect([...ids].sort()).toEqual(ids)
  })

  it('keeps a message refused for good, to be tried again or dropped', async () => {
    const client = makeClient()
    await online(client)
    client.sendMessage('0', 'bad')
    client.sendMessage('0', 'good')
    refuse(0, 'too_large', 0)
    expect(waiting(client)).toEqual(['failed', 'sent'])
    const [failed] = client.own.view.pending
    expect(failed?.failure).toEqual({ code: 'too_large', reason: 'because' })
    expect(waiting(makeClient())).toEqual(['failed', 'queued'])
    ack(1, 1)
    client.retry(failed?.clientId ?? '')
    expect(network.last.texts()).toEqual(['bad', 'good', 'bad'])
    refuse(2, 'too_large', 0)
    expect(client.discard(failed?.clientId ?? '')).toBe(true)
    expect(storage.length).toBe(0)
  })

  it('refuses what is empty, too long or too much, and says which', () => {
    const client = makeClient()
    expect(client.sendMessage('0', '  \n')).toEqual({ ok: false, code: 'empty' })
    expect(client.sendMessage('0', '字'.repeat(6667))).toEqual({ ok: false, code: 'text_too_long' })
    for (let index = 0; index < 200; index += 1) expect(client.sendMessage('0', `${index}`).ok).toBe(true)
    expect(client.sendMessage('0', 'one more')).toEqual({ ok: false, code: 'outbox_full' })
  })

  it('works when storage is full', async () => {
    storage.full = true
    const client = makeClient()
    await online(client)
    client.sendMessage('0', 'a')
    network.last.drop()
    await clock.advance(3000)
    await welcome()
    expect(network.last.texts()).toEqual(['a'])
  })

  it('says once that the other side\'s newest message was seen, and never that a Seen was', async () => {
    const client = makeClient()
    await online(client)
    const say = (event: ReturnType<typeof messageEvent>): void =>
      network.last.say({ $case: 'events', value: { conversationId: '77', afterSeq: event.seq - 1, throughSeq: event.seq, events: [event] } })
    events(0, 'one', 'two')
    say(messageEvent(3, 'mine', 'visitor'))
    client.seen('0', 3)
    client.seen('0', 3)
    client.seen('0', 1)
    say({ ...messageEvent(4, '', 'visitor'), body: { $case: 'seen', value: { throughSeq: 2 } } })
    ack(0, 4)
    client.seen('0', 4)
    const seen = network.last.appends().map((append) => append.command)
    expect(seen).toEqual([{ $case: 'seen', value: { throughSeq: 2 } }])
  })

  it('tells the caller of a command what became of it', async () => {
    const client = makeClient()
    await online(client)
    const rated = client.command('0', { $case: 'rate', value: { score: 5, comment: '' } })
    network.last.drop()
    await clock.advance(3000)
    await welcome()
    ack(0, 9)
    expect(await rated).toMatchObject({ kind: 'stored', seq: 9 })
  })
})

describe('two tabs', () => {
  it('may both send a message left behind, with one client id', async () => {
    const crashed = makeClient()
    crashed.sendMessage('0', 'left')
    const tabs = [new FakeNetwork(), new FakeNetwork()]
    const ids: string[] = []
    for (const tab of tabs) {
      network = tab
      await online(makeClient())
      ids.push(...tab.last.appends().map((append) => append.clientId))
    }
    expect(ids.length).toBe(2)
    expect(new Set(ids).size).toBe(1)
  })

  it('do not lose or repeat what the other one writes', async () => {
    const one = makeClient()
    const oneNetwork = network
    await online(one)
    one.sendMessage('0', 'from one')
    network = new FakeNetwork()
    const two = makeClient()
    two.sendMessage('0', 'from two')
    expect(waiting(two)).toEqual(['queued', 'queued'])
    const appended = oneNetwork.last.appends()[0]
    oneNetwork.last.say({ $case: 'ack', value: { ref: 2, conversationId: '77', seq: 1, timeMs: 1, clientId: appended?.clientId ?? '' } })
    await online(two)
    expect(network.last.texts()).toEqual(['from two'])
  })
})

describe('typing', () => {
  it('is throttled, sends the last state, and ends by itself', async () => {
    const client = makeClient()
    await online(client)
    for (const text of ['h', 'he', 'hel', 'hell', 'hello']) client.setTyping('0', true, text)
    await clock.advance(600)
    const sent = network.last.frames.flatMap((frame) => (frame.body?.$case === 'typing' ? [frame.body.value.text] : []))
    expect(sent).toEqual(['h', 'hello'])
    const actor = { kind: ActorKind.AGENT, id: '9', name: 'Li' }
    network.last.say({ $case: 'typing', value: { conversationId: '77', actor, text: '', active: true, note: false } })
    expect(client.own.view.typing.length).toBe(1)
    await clock.advance(7100)
    expect(client.own.view.typing.length).toBe(0)
  })
})

describe('an agent', () => {
  const agentWelcome = async (): Promise<void> => {
    await clock.advance(0)
    network.last.accept()
    network.last.say({ $case: 'welcome', value: { principal: undefined, serverTimeMs: clock.now(), heartbeatMs: 20_000, serverVersion: '' } })
  }

  it('starts a conversation anew when more was missed than wanted, and follows it once for two readers', async () => {
    const client = makeClient({ role: 'agent' })
    const { conversation, release } = client.open('77', { newestMax: 50 })
    const second = client.open('77')
    client.connect()
    await agentWelcome()
    const subscribes = network.last.frames.filter((frame) => frame.body?.$case === 'subscribe')
    expect(subscribes.length).toBe(1)
    const summary = ConversationSummary.create({ id: '77', lastSeq: 202, agentsSeenSeq: 200 })
    network.last.say({ $case: 'subscribed', value: { ref: subscribes[0]?.ref ?? 0, conversation: summary, afterSeq: 200 } })
    events(200, 'x', 'y')
    expect(conversation.view).toMatchObject({ baseSeq: 200, throughSeq: 202, hasOlder: true, loaded: true, agentsSeenSeq: 200 })
    release()
    release()
    expect(network.last.bodies()).not.toContain('unsubscribe')
    second.release()
    expect(network.last.bodies()).toContain('unsubscribe')
  })

  it('asks anew for a conversation that was left before the answer and opened again', async () => {
    const client = makeClient({ role: 'agent' })
    client.connect()
    await agentWelcome()
    client.open('77').release()
    const { conversation } = client.open('77')
    expect(network.last.bodies().slice(-3)).toEqual(['subscribe', 'unsubscribe', 'subscribe'])
    const ref = network.last.frames.at(-1)?.ref ?? 0
    network.last.say({ $case: 'subscribed', value: { ref, conversation: ConversationSummary.create({ id: '77', lastSeq: 1 }), afterSeq: 0 } })
    events(0, 'x')
    expect(conversation.view.loaded).toBe(true)
    // Nothing is waited for: 3 s later the link is not called slow.
    await clock.advance(4000)
    expect(client.link.kind).toBe('online')
  })

  it('never sees an older picture of a conversation after a newer one (P52)', async () => {
    const client = makeClient({ role: 'agent' })
    const seqs: number[] = []
    client.onSummary((summary) => seqs.push(summary.lastSeq))
    client.connect()
    await agentWelcome()
    for (const lastSeq of [3, 5, 4, 5, 6]) {
      network.last.say({ $case: 'conversationUpdate', value: { conversation: ConversationSummary.create({ id: '77', lastSeq }) } })
    }
    expect(seqs).toEqual([3, 5, 5, 6])
  })

  it('reads older events and joins them without a hole', async () => {
    const client = makeClient({
      role: 'agent',
      older: (_, before) => Promise.resolve({ afterSeq: 0, throughSeq: before - 1, events: [messageEvent(1, 'a'), messageEvent(2, 'b')] }),
    })
    const { conversation } = client.open('77')
    client.connect()
    await agentWelcome()
    network.last.say({ $case: 'subscribed', value: { ref: network.last.frames.at(-1)?.ref ?? 0, conversation: undefined, afterSeq: 2 } })
    events(2, 'c')
    expect(await conversation.loadOlder()).toBe(true)
    expect(conversation.view.events.map((event) => event.seq)).toEqual([1, 2, 3])
    expect(conversation.view.hasOlder).toBe(false)
  })
})

import { outboxEntriesMax } from './limits'
import { Attachment_fromJSON } from './generated/read/weikeyi/v1/event'
import type { Append } from './generated/wire/weikeyi/v1/frame'
import type { Clock, StorageLike } from './ports'

export type Command = NonNullable<Append['command']>

export interface Failure {
  code: string
  reason: string
}

/** One append on its way. Values are replaced, never changed, so that a view may keep one. */
export interface OutboxEntry {
  readonly conversationId: string
  readonly clientId: string
  readonly command: Command
  /** When it was written, by the server's clock as far as known. */
  readonly timeMs: number
  /** queued: here only · sent: on its way · stored: acknowledged, its event not yet come · failed: refused for good. */
  readonly state: 'queued' | 'sent' | 'stored' | 'failed'
  readonly seq?: number
  readonly failure?: Failure
}

export type Settlement =
  | { kind: 'stored'; conversationId: string; clientId: string; seq: number; timeMs: number }
  | { kind: 'refused'; conversationId: string; clientId: string; code: string; reason: string }

export interface OutboxOptions {
  clock: Clock
  storage: StorageLike
  /** Keeps visitors and agents of one browser apart: the key of each entry begins with it. */
  scope: string
  /** False: not connected. The entry is tried again by flush(). */
  transmit: (entry: OutboxEntry) => boolean
  onChange: (conversationId: string) => void
  onSettled: (settlement: Settlement) => void
}

interface Lane {
  entries: OutboxEntry[]
  pausedUntilMs: number
  cancelPause: (() => void) | undefined
}

/**
 * What was said and is not yet known to be stored. Within a conversation one append is in flight at a time, so that the
 * order of writing is the order of storing even when one is told to wait. Messages and notes lie in storage under a key
 * each before they are sent, so tabs that share the storage never write over each other; two tabs may send the same
 * entry, and the server tells by the client id. Limit: outboxEntriesMax.
 */
export class Outbox {
  #options: OutboxOptions
  #lanes = new Map<string, Lane>()
  #persisted = new Set<string>()
  #closed = false

  constructor(options: OutboxOptions) {
    this.#options = options
    this.adopt()
  }

  get size(): number {
    let count = 0
    for (const lane of this.#lanes.values()) count += lane.entries.filter(isUnsettled).length
    return count
  }

  /** In the order they were written; those already stored stay until forget(). */
  entries(conversationId: string): readonly OutboxEntry[] {
    return this.#lanes.get(conversationId)?.entries ?? []
  }

  /** Until when (Clock.elapsed) the server wants nothing more of this conversation: it is busy. 0: it has not said so. */
  heldUntil(conversationId: string): number {
    return this.#lanes.get(conversationId)?.pausedUntilMs ?? 0
  }

  all(): OutboxEntry[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.entries)
  }

  /** False: full; nothing was taken. */
  add(entry: Omit<OutboxEntry, 'state'>): boolean {
    if (this.size >= outboxEntriesMax) return false
    const queued: OutboxEntry = { ...entry, state: 'queued' }
    if (isLasting(entry.command)) this.#persist(queued)
    const lane = this.#lane(entry.conversationId)
    lane.entries = [...lane.entries, queued]
    this.#pump(lane)
    this.#options.onChange(entry.conversationId)
    return true
  }

  /** A connection is there: everything unsettled goes out again, in order. */
  connected(): void {
    this.adopt()
    for (const [conversationId, lane] of this.#lanes) {
      lane.entries = lane.entries.map((entry) => (entry.state === 'sent' ? { ...entry, state: 'queued' } : entry))
      this.#pump(lane)
      this.#options.onChange(conversationId)
    }
  }

  disconnected(): void {
    for (const [conversationId, lane] of this.#lanes) {
      if (!lane.entries.some((entry) => entry.state === 'sent')) continue
      lane.entries = lane.entries.map((entry) => (entry.state === 'sent' ? { ...entry, state: 'queued' } : entry))
      this.#options.onChange(conversationId)
    }
  }

  acknowledged(clientId: string, seq: number, timeMs: number): void {
    const found = this.#find(clientId)
    if (found === undefined || found.entry.state === 'stored') return
    const { entry, lane } = found
    this.#unpersist(clientId)
    const { failure: _failure, ...rest } = entry
    // What shows nothing in the log view need not wait for its event.
    if (isLasting(entry.command)) this.#replace(lane, { ...rest, state: 'stored', seq, timeMs })
    else lane.entries = lane.entries.filter((other) => other.clientId !== clientId)
    this.#options.onSettled({ kind: 'stored', conversationId: entry.conversationId, clientId, seq, timeMs })
    this.#pump(lane)
    this.#options.onChange(entry.conversationId)
  }

  refused(clientId: string, failure: Failure, retryAfterMs: number): void {
    const found = this.#find(clientId)
    if (found === undefined || found.entry.state === 'stored') return
    const { entry, lane } = found
    if (retryAfterMs > 0) {
      this.#replace(lane, { ...entry, state: 'queued' })
      this.#pause(lane, retryAfterMs)
    } else {
      if (isLasting(entry.command)) {
        const failed: OutboxEntry = { ...entry, state: 'failed', failure }
        this.#replace(lane, failed)
        this.#persist(failed)
      } else {
        lane.entries = lane.entries.filter((other) => other.clientId !== clientId)
      }
      this.#options.onSettled({ kind: 'refused', conversationId: entry.conversationId, clientId, ...failure })
      this.#pump(lane)
    }
    this.#options.onChange(entry.conversationId)
  }

  /** The event of this client id is in the log: there is nothing left to show or to send. */
  forget(clientId: string): void {
    const found = this.#find(clientId)
    if (found === undefined) return
    const { entry, lane } = found
    this.#unpersist(clientId)
    lane.entries = lane.entries.filter((other) => other.clientId !== clientId)
    if (entry.state !== 'stored') this.#pump(lane)
  }

  /** Tries a failed one again, with the same client id: if it was stored after all, it is not stored twice. */
  retry(clientId: string): void {
    const found = this.#find(clientId)
    if (found === undefined || found.entry.state !== 'failed') return
    const { failure: _failure, ...rest } = found.entry
    const queued: OutboxEntry = { ...rest, state: 'queued' }
    this.#replace(found.lane, queued)
    this.#persist(queued)
    this.#pump(found.lane)
    this.#options.onChange(queued.conversationId)
  }

  /** Takes back what is not on its way. True: it was. */
  discard(clientId: string): boolean {
    const found = this.#find(clientId)
    if (found === undefined || found.entry.state === 'sent' || found.entry.state === 'stored') return false
    this.#unpersist(clientId)
    found.lane.entries = found.lane.entries.filter((other) => other.clientId !== clientId)
    this.#options.onChange(found.entry.conversationId)
    return true
  }

  /** Reads what earlier pages and other tabs left in storage, and drops what another tab has settled meanwhile. */
  adopt(): void {
    const stored = this.#readAll()
    if (stored === undefined) return
    for (const [conversationId, lane] of this.#lanes) {
      const before = lane.entries.length
      lane.entries = lane.entries.filter(
        (entry) => entry.state === 'sent' || entry.state === 'stored' || !this.#persisted.has(entry.clientId) || stored.has(entry.clientId),
      )
      if (lane.entries.length !== before) this.#options.onChange(conversationId)
    }
    for (const entry of stored.values()) {
      if (this.#find(entry.clientId) !== undefined) continue
      this.#persisted.add(entry.clientId)
      const lane = this.#lane(entry.conversationId)
      lane.entries = [...lane.entries, entry].sort((a, b) => (a.clientId < b.clientId ? -1 : 1))
      this.#options.onChange(entry.conversationId)
    }
  }

  close(): void {
    this.#closed = true
    for (const lane of this.#lanes.values()) lane.cancelPause?.()
  }

  #lane(conversationId: string): Lane {
    let lane = this.#lanes.get(conversationId)
    if (lane === undefined) {
      lane = { entries: [], pausedUntilMs: 0, cancelPause: undefined }
      this.#lanes.set(conversationId, lane)
    }
    return lane
  }

  #pump(lane: Lane): void {
    if (this.#closed || lane.entries.some((entry) => entry.state === 'sent')) return
    if (lane.pausedUntilMs > this.#options.clock.elapsed()) return
    const next = lane.entries.find((entry) => entry.state === 'queued')
    if (next === undefined || !this.#options.transmit(next)) return
    this.#replace(lane, { ...next, state: 'sent' })
  }

  #pause(lane: Lane, ms: number): void {
    lane.cancelPause?.()
    lane.pausedUntilMs = this.#options.clock.elapsed() + ms
    lane.cancelPause = this.#options.clock.after(ms, () => {
      lane.cancelPause = undefined
      lane.pausedUntilMs = 0
      this.#pump(lane)
      const first = lane.entries[0]
      if (first !== undefined) this.#options.onChange(first.conversationId)
    })
  }

  #find(clientId: string): { entry: OutboxEntry; lane: Lane } | undefined {
    for (const lane of this.#lanes.values()) {
      const entry = lane.entries.find((candidate) => candidate.clientId === clientId)
      if (entry !== undefined) return { entry, lane }
    }
    return undefined
  }

  #replace(lane: Lane, entry: OutboxEntry): void {
    lane.entries = lane.entries.map((other) => (other.clientId === entry.clientId ? entry : other))
  }

  #key(clientId: string): string {
    return `${this.#options.scope}.out.${clientId}`
  }

  #persist(entry: OutboxEntry): void {
    try {
      this.#options.storage.setItem(this.#key(entry.clientId), JSON.stringify(entry))
      this.#persisted.add(entry.clientId)
    } catch {
      // No room or no storage: the entry lives as long as the page.
    }
  }

  #unpersist(clientId: string): void {
    this.#persisted.delete(clientId)
    try {
      this.#options.storage.removeItem(this.#key(clientId))
    } catch {
      // Then it is sent once more after the next start, and recognised by its client id.
    }
  }

  #readAll(): Map<string, OutboxEntry> | undefined {
    const { storage, scope } = this.#options
    const prefix = `${scope}.out.`
    const found = new Map<string, OutboxEntry>()
    try {
      for (let index = 0; index < storage.length; index += 1) {
        const key = storage.key(index)
        if (key === null || !key.startsWith(prefix)) continue
        const entry = parseEntry(storage.getItem(key))
        if (entry !== undefined) found.set(entry.clientId, entry)
      }
    } catch {
      return undefined
    }
    return found
  }
}

export function isUnsettled(entry: OutboxEntry): boolean {
  return entry.state === 'queued' || entry.state === 'sent'
}

function isLasting(command: Command): boolean {
  return command.$case === 'message' || command.$case === 'note'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Storage is shared with the host page, so what comes from it is checked before it is believed. */
function parseEntry(text: string | null): OutboxEntry | undefined {
  if (text === null) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value) || !isRecord(value.command) || !isRecord(value.command.value)) return undefined
  const { conversationId, clientId, timeMs, state } = value
  const { $case, value: body } = value.command
  if (typeof conversationId !== 'string' || typeof clientId !== 'string' || typeof timeMs !== 'number') return undefined
  if (($case !== 'message' && $case !== 'note') || typeof body.text !== 'string' || !Array.isArray(body.attachments)) return undefined
  const attachments = body.attachments.filter(isRecord).map(Attachment_fromJSON)
  const command: Command =
    $case === 'message'
      ? { $case, value: { text: body.text, attachments, replyToSeq: Number(body.replyToSeq ?? 0), citations: [], choices: [] } }
      : {
          $case,
          value: {
            text: body.text,
            attachments,
            mentionedAgentIds: Array.isArray(body.mentionedAgentIds) ? body.mentionedAgentIds.map(String) : [],
          },
        }
  const base = { conversationId, clientId, timeMs, command }
  if (state === 'failed') {
    const failure = isRecord(value.failure) ? value.failure : {}
    return { ...base, state, failure: { code: String(failure.code ?? ''), reason: String(failure.reason ?? '') } }
  }
  return { ...base, state: 'queued' }
}

// The panel's model: the SDK's client, the session, uploads, drafts; no element of a page. Components read `state`.
import {
  Client, Emitter, Rest, UuidSource, VisitorSessions, startUpload,
  type ConversationView, type LinkState, type Ports, type SendUpload, type Unsubscribe, type Upload,
} from '@weikeyi/sdk'
import { AttachmentLink } from '@weikeyi/sdk/read/resource'
import type { VisitorSession } from '@weikeyi/sdk/read/resource'
import { ConversationState, type Attachment, type Event, type VisitorContext } from '@weikeyi/sdk/wire/event'
import { Presence } from '@weikeyi/sdk/wire/resource'
import { liveKey, type Options } from './contract'
import { eventListFromJson } from './event_json'
import { unreadOf } from './timeline'

export interface UploadItem {
  id: string
  file: File
  fraction: number
  /** Why it failed; "" while it runs. */
  failure: '' | 'network' | 'too_large' | 'kind'
}

export interface ChatState {
  session: VisitorSession | undefined
  link: LinkState
  /** The link bar: nothing, or what it says. */
  notice: 'none' | 'connecting' | 'lost' | 'stalled' | 'back' | 'closed'
  waiting: number
  /** The server is busy and has said when to come again (Clock.elapsed); 0: it is not. */
  busyUntilMs: number
  view: ConversationView
  agentsOnline: boolean
  uploads: readonly UploadItem[]
  draft: string
  muted: boolean
}

export interface ChatOptions {
  host: string
  siteKey: string
  ports: Ports
  sendUpload: SendUpload<Blob>
  options: () => Options
  context: () => VisitorContext
}

const uploadsMax = 10
/** A connection that is back sooner than this was never gone to the eye. */
const lostShownAfterMs = 500
const connectingShownAfterMs = 3_000
const backShownMs = 2_500
/** A shorter wait is over before it is read. */
const busyShownFromMs = 700
/** The next refusal may follow at once: the notice stays for it. */
const busyLastsMs = 700

export class Chat {
  readonly sessions: VisitorSessions
  readonly client: Client
  #options: ChatOptions
  #rest: Rest
  #uuids: UuidSource
  #changed = new Emitter<void>()
  #state: ChatState
  #uploads = new Map<string, Upload>()
  #links = new Map<string, { url: string; expiresMs: number }>()
  #cancelNotice: (() => void) | undefined
  #cancelBusy: (() => void) | undefined
  #everOnline = false
  /** Connections in a row that came to nothing. */
  #unwelcome = 0
  #telling = false

  constructor(options: ChatOptions) {
    const { ports, host, siteKey } = options
    this.#options = options
    this.#uuids = new UuidSource(() => ports.clock.now(), ports.random)
    const idempotencyKey = (): string => this.#uuids.next()
    this.sessions = new VisitorSessions({
      base: host,
      siteKey,
      ports,
      idempotencyKey,
      context: options.context,
      identity: () => {
        const { identityToken, identifier, identifierHash, name, email, phone } = options.options()
        const given = { identityToken, identifier, identifierHash, name, email, phone }
        return Object.fromEntries(Object.entries(given).filter(([, value]) => typeof value === 'string'))
      },
    })
    this.#rest = new Rest({
      base: host,
      fetch: ports.fetch,
      idempotencyKey,
      credentials: 'omit',
      headers: () => ({ Authorization: `Bearer ${this.sessions.known?.token ?? ''}` }),
    })
    this.client = new Client({
      role: 'visitor',
      url: `${host.replace(/^http/, 'ws')}/ws`,
      scope: `weikeyi.${siteKey}`,
      ports,
      hello: async (resume) => {
        if (this.#unwelcome++ > 1) await this.sessions.knock()
        const session = await this.sessions.current()
        this.#set({ session, agentsOnline: session.agentsOnline })
        const context = options.context()
        return {
          credential: { $case: 'visitorToken', value: session.token },
          resume, client: 'widget/1.0 (web)', locale: context.locale, context,
        }
      },
      onDenied: () => {
        this.sessions.invalidate()
        return true
      },
      older: (id, beforeSeq) => this.#older(id, beforeSeq),
    })
    this.#state = {
      session: this.sessions.known,
      link: this.client.link,
      notice: 'none',
      waiting: this.client.waiting,
      busyUntilMs: 0,
      view: this.client.own.view,
      agentsOnline: this.sessions.known?.agentsOnline ?? false,
      uploads: [],
      draft: this.#read('draft'),
      muted: this.#read('muted') !== '',
    }
    this.client.own.subscribe((view) => {
      this.#remember(view)
      this.#set({ view, waiting: this.#waitingMessages() })
      this.#noticeBusy()
    })
    this.client.onLink((link) => this.#onLink(link))
    this.client.onWelcome((welcome) => {
      this.#unwelcome = 0
      if (welcome.principal?.$case === 'visitor') this.#set({ agentsOnline: welcome.principal.value.agentsOnline })
    })
    this.client.onPresence(({ presence }) => this.#set({ agentsOnline: presence === Presence.ONLINE || presence === Presence.BUSY }))
  }

  get state(): ChatState {
    return this.#state
  }

  subscribe(listener: () => void): Unsubscribe {
    return this.#changed.subscribe(listener)
  }

  connect(): void {
    this.client.connect()
  }

  close(forget: boolean): void {
    this.#cancelNotice?.()
    this.#cancelBusy?.()
    for (const upload of this.#uploads.values()) upload.abort()
    this.client.close()
    if (!forget) return
    const { storage } = this.#options.ports
    const prefix = `weikeyi.${this.#options.siteKey}.`
    try {
      const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
      for (const key of keys) if (key.startsWith(prefix)) storage.removeItem(key)
    } catch {
      // Then nothing was kept.
    }
  }

  /** The page said who the visitor is: the next connection carries it. */
  identityChanged(): void {
    this.sessions.refresh()
    if (this.client.link.kind === 'idle') return
    this.client.disconnect()
    this.client.connect()
  }

  setMuted(muted: boolean): void {
    this.#write('muted', muted ? '1' : '')
    this.#set({ muted })
  }

  /**
   * Tells the agents what the page knows of the visitor: once, and again when it changes. Only a conversation that has begun
   * takes it (P38). Gives the code of a refusal, after which the same is not tried again.
   */
  async tell(): Promise<string | undefined> {
    const { id, loaded, throughSeq } = this.#state.view
    const { identityToken, identifierHash, name, email, phone, attributes = {} } = this.#options.options()
    // Who is proven came with the session.
    const said = { ...(identityToken || identifierHash ? {} : { name, email, phone }), attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, textOf(value)])) }
    const told = JSON.stringify([id, said])
    if (this.#telling || !loaded || throughSeq === 0 || told === this.#read('told') || !/":"/.test(told)) return undefined
    this.#telling = true
    const result = await this.#rest.post(`/api/v1/conversations/${id}/events`, { body: { clientId: this.#uuids.next(), contact: said } })
    this.#telling = false
    if (result.ok || [400, 413].includes(result.problem.status)) {
      this.#write('told', told)
      if (!result.ok) return result.problem.code
    }
    return undefined
  }

  setDraft(draft: string): void {
    if (draft === this.#state.draft) return
    this.#write('draft', draft)
    this.#set({ draft })
    const preview = this.#state.session?.typingPreview === true
    this.client.setTyping(this.#state.view.id, draft.trim() !== '', preview ? draft : '')
  }

  /** What kept it from being taken, if anything did; the draft is then still there. */
  send(text: string): 'ok' | 'empty' | 'text_too_long' | 'outbox_full' {
    const sent = this.client.sendMessage(this.#state.view.id, text.trim())
    if (!sent.ok) return sent.code
    this.#write('draft', '')
    this.#set({ draft: '' })
    this.client.setTyping(this.#state.view.id, false)
    return 'ok'
  }

  rate(score: number, comment: string): void {
    void this.client.command(this.#state.view.id, { $case: 'rate', value: { score, comment } })
  }

  attach(files: readonly File[]): void {
    for (const file of files.slice(0, uploadsMax - this.#state.uploads.length)) {
      const item: UploadItem = { id: this.#uuids.next(), file, fraction: 0, failure: '' }
      this.#set({ uploads: [...this.#state.uploads, item] })
      void this.#upload(item)
    }
  }

  retryUpload(id: string): void {
    const item = this.#state.uploads.find((upload) => upload.id === id)
    if (item === undefined) return
    this.#change(id, { failure: '', fraction: 0 })
    void this.#upload(item)
  }

  removeUpload(id: string): void {
    this.#uploads.get(id)?.abort()
    this.#uploads.delete(id)
    this.#set({ uploads: this.#state.uploads.filter((item) => item.id !== id) })
  }

  /** An address of an attachment that works for a while. */
  async link(attachment: Attachment): Promise<string | undefined> {
    const known = this.#links.get(attachment.id)
    if (known !== undefined && known.expiresMs > this.client.serverNow() + 10_000) return known.url
    const result = await this.#rest.post(`/api/v1/attachments/${attachment.id}/link`, { answer: AttachmentLink })
    if (!result.ok) return undefined
    const url = new URL(result.value.url, this.#options.host).href
    this.#links.set(attachment.id, { url, expiresMs: result.value.expiresMs })
    return url
  }

  async #upload(item: UploadItem): Promise<void> {
    const { host, sendUpload } = this.#options
    const most = this.#state.session?.uploadBytesMax ?? 0
    if (most > 0 && item.file.size > most) return this.#change(item.id, { failure: 'too_large' })
    const session = await this.sessions.current().catch(() => undefined)
    if (session === undefined) return this.#change(item.id, { failure: 'network' })
    if (!this.#state.uploads.some((upload) => upload.id === item.id)) return
    const upload = startUpload<Blob>({
      base: host,
      send: sendUpload,
      conversationId: session.conversationId,
      name: item.file.name || 'image.png',
      mediaType: item.file.type,
      body: item.file,
      sizeBytes: item.file.size,
      bearer: session.token,
      idempotencyKey: item.id,
      onProgress: (fraction) => this.#change(item.id, { fraction }),
    })
    this.#uploads.set(item.id, upload)
    const result = await upload.done
    this.#uploads.delete(item.id)
    if (result.ok) {
      this.#set({ uploads: this.#state.uploads.filter((other) => other.id !== item.id) })
      this.client.sendMessage(this.#state.view.id, '', [result.value])
      return
    }
    const { status } = result.problem
    if (status === 401) this.sessions.invalidate()
    this.#change(item.id, { failure: status === 413 ? 'too_large' : status === 415 ? 'kind' : 'network' })
  }

  #change(id: string, part: Partial<UploadItem>): void {
    this.#set({ uploads: this.#state.uploads.map((item) => (item.id === id ? { ...item, ...part } : item)) })
  }

  async #older(id: string, beforeSeq: number): Promise<{ afterSeq: number; throughSeq: number; events: Event[] } | undefined> {
    const limit = 50
    const result = await this.#rest.get(`/api/v1/conversations/${id}/events`, { query: { before_seq: beforeSeq, limit }, answer: eventListFromJson })
    if (!result.ok) return undefined
    const events = result.value
    // A page may hold fewer than asked for: what a visitor may not see is not in it.
    return { afterSeq: (events[0]?.seq ?? 1) - 1, throughSeq: beforeSeq - 1, events }
  }

  /** What the server refused for now: a message, or the visitor at the door. */
  #noticeBusy(): void {
    const { clock } = this.#options.ports
    const { link, view, busyUntilMs } = this.#state
    const until = Math.max(view.heldUntilMs, link.kind === 'waiting' && link.busy ? link.retryAtMs : 0)
    const left = until - clock.elapsed()
    if (left >= busyShownFromMs || (left > 0 && busyUntilMs > 0)) {
      this.#cancelBusy?.()
      this.#cancelBusy = undefined
      if (until !== busyUntilMs) this.#set({ busyUntilMs: until })
    } else if (busyUntilMs > 0) {
      this.#cancelBusy ??= clock.after(busyLastsMs, () => {
        this.#cancelBusy = undefined
        this.#set({ busyUntilMs: 0 })
      })
    }
  }

  /** Seconds until the next try, at least 1. */
  busySeconds(): number {
    return Math.max(1, Math.ceil((this.#state.busyUntilMs - this.#options.ports.clock.elapsed()) / 1000))
  }

  #onLink(link: LinkState): void {
    const { clock } = this.#options.ports
    const before = this.#state.notice
    this.#set({ link, waiting: this.#waitingMessages() })
    this.#noticeBusy()
    switch (link.kind) {
      case 'online':
        this.#everOnline = true
        this.#cancelNotice?.()
        if (before === 'lost' || before === 'stalled' || before === 'connecting') {
          this.#set({ notice: before === 'connecting' ? 'none' : 'back' })
          this.#later(backShownMs, 'none')
        } else if (before !== 'back') {
          this.#set({ notice: 'none' })
        }
        return
      case 'stalled':
        this.#cancelNotice?.()
        this.#set({ notice: 'stalled' })
        return
      case 'closed':
        this.#cancelNotice?.()
        this.#set({ notice: 'closed' })
        return
      case 'connecting':
      case 'waiting': {
        if (before === 'lost' || before === 'connecting') return
        const down = clock.elapsed() - link.downSinceMs
        if (this.#everOnline) this.#later(Math.max(0, lostShownAfterMs - down), 'lost')
        else this.#later(Math.max(0, connectingShownAfterMs - down), 'connecting')
        return
      }
      case 'idle':
        this.#cancelNotice?.()
        this.#set({ notice: 'none' })
    }
  }

  #later(ms: number, notice: ChatState['notice']): void {
    this.#cancelNotice?.()
    this.#cancelNotice = this.#options.ports.clock.after(ms, () => this.#set({ notice }))
  }

  #waitingMessages(): number {
    return this.client.own.view.pending.filter((entry) => entry.state === 'queued' || entry.state === 'sent').length
  }

  /** Tells the loader of the next page whether there is something to wait for. */
  #remember(view: ConversationView): void {
    if (!view.loaded && view.pending.length === 0) return
    const live = view.pending.length > 0 || (view.events.some((event) => event.body?.$case === 'message') && (view.state !== ConversationState.RESOLVED || unreadOf(view) > 0))
    const { storage } = this.#options.ports
    try {
      const key = liveKey(this.#options.siteKey)
      if (live === (storage.getItem(key) !== null)) return
      if (live) storage.setItem(key, '1')
      else storage.removeItem(key)
    } catch {
      // The badge then appears when the panel is opened.
    }
  }

  #read(name: string): string {
    try {
      return this.#options.ports.storage.getItem(`weikeyi.${this.#options.siteKey}.${name}`) ?? ''
    } catch {
      return ''
    }
  }

  #write(name: string, value: string): void {
    const key = `weikeyi.${this.#options.siteKey}.${name}`
    try {
      if (value === '') this.#options.ports.storage.removeItem(key)
      else this.#options.ports.storage.setItem(key, value)
    } catch {
      // The draft then lives as long as the page.
    }
  }

  #set(part: Partial<ChatState>): void {
    this.#state = { ...this.#state, ...part }
    this.#changed.emit()
  }
}

const textOf = (value: unknown): string => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value))

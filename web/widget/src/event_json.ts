// Older events as REST gives them, as far as a visitor's log shows them. The full JSON mapping would be a tenth of the panel.
import { Attachment_fromJSON } from '@weikeyi/sdk/read/event'
import { ActorKind, ConversationState, HolderKind, type Citation, type Event, type Holder } from '@weikeyi/sdk/wire/event'

type Json = Record<string, unknown>

const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {})
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const id = (value: unknown): string => (value === undefined ? '0' : String(value))
const number = (value: unknown): number => Number(value ?? 0) || 0

/** Our server's JSON names its constants: "ACTOR_KIND_AGENT". */
function constant<T extends number>(values: Record<string, T>, prefix: string, value: unknown, fallback: T): T {
  return values[text(value).slice(prefix.length)] ?? fallback
}

function holder(value: unknown): Holder | undefined {
  if (value === undefined) return undefined
  const { kind, agentId, agentName, teamId } = record(value)
  return { kind: constant<HolderKind>(HolderKind, 'HOLDER_KIND_', kind, HolderKind.UNSPECIFIED), agentId: id(agentId), agentName: text(agentName), teamId: id(teamId) }
}

function body(json: Json): Event['body'] {
  const state = (value: unknown): ConversationState =>
    constant<ConversationState>(ConversationState, 'CONVERSATION_STATE_', value, ConversationState.UNSPECIFIED)
  if (json.message !== undefined) {
    const { text: words, attachments, replyToSeq, citations, choices } = record(json.message)
    const citation = (value: unknown): Citation => ({ title: text(record(value).title), url: text(record(value).url) })
    return {
      $case: 'message',
      value: { text: text(words), attachments: list(attachments).map(Attachment_fromJSON), replyToSeq: number(replyToSeq), citations: list(citations).map(citation), choices: list(choices).map(text) },
    }
  }
  if (json.holderChanged !== undefined) {
    const { from, to } = record(json.holderChanged)
    return { $case: 'holderChanged', value: { from: holder(from), to: holder(to), reason: 0, comment: '' } }
  }
  if (json.stateChanged !== undefined) {
    const { from, to } = record(json.stateChanged)
    return { $case: 'stateChanged', value: { from: state(from), to: state(to), snoozedUntilMs: 0, reason: '' } }
  }
  if (json.seen !== undefined) return { $case: 'seen', value: { throughSeq: number(record(json.seen).throughSeq) } }
  if (json.rated !== undefined) return { $case: 'rated', value: { score: number(record(json.rated).score), comment: '' } }
  return undefined
}

export const eventListFromJson = {
  fromJSON: (value: unknown): Event[] =>
    list(record(value).events).map((each) => {
      const json = record(each)
      const actor = record(json.actor)
      return {
        conversationId: id(json.conversationId),
        seq: number(json.seq),
        timeMs: number(json.timeMs),
        actor: { kind: constant<ActorKind>(ActorKind, 'ACTOR_KIND_', actor.kind, ActorKind.UNSPECIFIED), id: id(actor.id), name: text(actor.name) },
        clientId: text(json.clientId),
        body: body(json),
      }
    }),
}

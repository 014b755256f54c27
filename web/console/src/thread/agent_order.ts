// Whom to offer a conversation to. Pure.
import { Presence, type Agent } from '@weikeyi/sdk/json'
import { HolderKind, type Holder } from '@weikeyi/sdk/wire/event'

/** Who can answer comes first, then who has most room. */
export function inOrder(agents: readonly Agent[], holder: Holder | undefined): Agent[] {
  const rank = (agent: Agent): number => (agent.presence === Presence.ONLINE ? 0 : agent.presence === Presence.BUSY ? 1 : 2)
  const load = (agent: Agent): number => agent.heldConversations / Math.max(1, agent.capacity)
  return agents
    .filter((agent) => !agent.disabled && !(holder?.kind === HolderKind.AGENT && holder.agentId === agent.id))
    .sort((a, b) => rank(a) - rank(b) || load(a) - load(b) || a.name.localeCompare(b.name))
}

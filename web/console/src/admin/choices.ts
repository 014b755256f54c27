// Enumerations as choices of a Select: their JSON names are the values.
import { Presence, Role, roleFromJSON, roleToJSON, RoutingStrategy, routingStrategyFromJSON, routingStrategyToJSON } from '@weikeyi/sdk/json'
import type { AdminKey, Words } from './texts'

export const roleKeys: Partial<Record<Role, AdminKey>> = {
  [Role.AGENT]: 'roleAgent',
  [Role.SUPERVISOR]: 'roleSupervisor',
  [Role.ADMINISTRATOR]: 'roleAdministrator',
}
const routingKeys: [RoutingStrategy, AdminKey][] = [
  [RoutingStrategy.LEAST_BUSY, 'routingLeastBusy'],
  [RoutingStrategy.ROUND_ROBIN, 'routingRoundRobin'],
  [RoutingStrategy.MANUAL, 'routingManual'],
]

export const roleName = (role: Role, w: Words['w']): string => w(roleKeys[role] ?? 'roleAgent')

/** The roles somebody may give to others: a supervisor gives only the one below. */
export function rolesToGive(mine: Role): Role[] {
  if (mine === Role.ADMINISTRATOR) return [Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR]
  return mine === Role.SUPERVISOR ? [Role.AGENT] : []
}
export const roleChoices = (roles: readonly Role[], w: Words['w']) => roles.map((role) => ({ value: roleToJSON(role), label: roleName(role, w) }))
export const roleOf = (value: string | null): Role => (value === null ? Role.AGENT : roleFromJSON(value))

export const routingChoices = (w: Words['w']) => routingKeys.map(([value, key]) => ({ value: routingStrategyToJSON(value), label: w(key) }))
export const routingOf = (value: string | null): RoutingStrategy => (value === null ? RoutingStrategy.MANUAL : routingStrategyFromJSON(value))

export const presenceKey = (presence: Presence): AdminKey =>
  presence === Presence.ONLINE ? 'online' : presence === Presence.BUSY ? 'busy' : 'offline'
export const presenceColour = (presence: Presence): string =>
  presence === Presence.ONLINE ? 'green' : presence === Presence.BUSY ? 'yellow' : 'gray'

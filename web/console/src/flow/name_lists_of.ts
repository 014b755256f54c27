// Which lists of names the steps of a flow may ask for. Pure.
import type { Site } from '@weikeyi/sdk/json'

export interface NameListsOfFlow {
  /** Of one site: there are no others. Otherwise those of any site. */
  ofSite: boolean
  /** undefined: the sites are not known yet. */
  names: readonly string[] | undefined
}

export function nameListsOf(sites: readonly Site[], siteId: string): NameListsOfFlow {
  const ofSite = siteId !== '0'
  const asked = ofSite ? sites.filter(({ id }) => id === siteId) : sites
  return { ofSite, names: asked.length === 0 ? undefined : [...new Set(asked.flatMap(({ bot }) => (bot?.nameLists ?? []).map(({ name }) => name)))] }
}

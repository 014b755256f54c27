// What flows may look up, as the operator listed it.
import { BotToolList, type BotTool } from '@weikeyi/sdk/json'
import { useQuery } from '@tanstack/react-query'
import { ProblemError, rest, take } from '../api'

/** Those that conversations of this site may use; "0": that those of every site may. */
async function toolsOf(siteId: string): Promise<readonly BotTool[]> {
  try {
    return (await take(rest.get('/bot/tools', { query: siteId === '0' ? {} : { site: siteId }, answer: BotToolList }))).tools
  } catch (error) {
    // A server that knows no tools has none.
    if (error instanceof ProblemError && error.problem.status === 404) return []
    throw error
  }
}

/** undefined while they are not known. */
export function useTools(siteId: string, enabled: boolean): readonly BotTool[] | undefined {
  return useQuery({ queryKey: ['bot', 'tools', siteId], queryFn: () => toolsOf(siteId), staleTime: 60_000, enabled }).data
}

// The rows of one list: pages from REST, the socket's updates on top; read anew after every reconnect.
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { api, take, type ListQuery } from '../api'
import { listed, type StateFilter, type View } from '../board'
import { useSession } from '../session'

const clockMs = 10_000
// Counts come from the server; a burst of updates asks for them once.
const countsAfterMs = 1_000

export function useBoard(view: View, state: StateFilter, site: string) {
  const { client, board, me } = useSession()
  const queries = useQueryClient()
  const [nowMs, setNowMs] = useState(() => client.serverNow())
  const known = useSyncExternalStore(board.subscribe, board.snapshot)

  // What changed while the connection was away is in the lists again.
  useEffect(() => client.onWelcome(() => {
    void queries.invalidateQueries({ queryKey: ['conversations'] })
    void queries.invalidateQueries({ queryKey: ['counts'] })
  }), [client, queries])
  useEffect(() => {
    const timer = setInterval(() => setNowMs(client.serverNow()), clockMs)
    return () => clearInterval(timer)
  }, [client])
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const stop = client.onSummary(() => {
      timer ??= setTimeout(() => {
        timer = undefined
        void queries.invalidateQueries({ queryKey: ['counts'] })
      }, countsAfterMs)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [client, queries])

  const filter = { ...viewQuery(view), ...(state === '' ? {} : { state }), ...(site === '' ? {} : { site }) }
  const pages = useInfiniteQuery({
    queryKey: ['conversations', view, state, site],
    queryFn: async ({ pageParam }) => {
      const page = await take(api.conversations({ cursor: pageParam, ...filter }))
      board.take(page.conversations)
      return page
    },
    initialPageParam: '',
    getNextPageParam: (last) => (last.nextCursor === '' ? undefined : last.nextCursor),
    refetchOnWindowFocus: false,
  })
  const counts = useCounts(site)
  const rows = useMemo(() => {
    // Beyond the last page read there may be others in between: those further down wait for their page.
    const last = pages.data?.pages.at(-1)
    const horizonMs = last === undefined || last.nextCursor === '' ? 0 : (last.conversations.at(-1)?.updatedMs ?? 0)
    return listed(known, view, state, me.id).filter((row) => row.updatedMs >= horizonMs && (site === '' || row.siteId === site))
  }, [pages.data, known, view, state, site, me.id])
  return { rows, pages, nowMs, counts }
}

const viewQuery = (view: View): Pick<ListQuery, 'view' | 'holder_kind'> => (view === 'bot' ? { view: 'all', holder_kind: 'bot' } : { view })

/** How much there is in each view that is not resolved, by the server's word. */
function useCounts(site: string) {
  return useQuery({
    queryKey: ['counts', site],
    queryFn: async () => (await take(api.conversations({ view: 'mine', limit: 1, ...(site === '' ? {} : { site }) }))).counts ?? null,
    refetchOnWindowFocus: false,
  }).data
}

// The board of one page: REST pages first, the socket's updates on top; read anew after every reconnect.
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { api, take } from '../api'
import { listed, merge, type Board, type StateFilter, type View } from '../board'
import { useSession } from '../session'

export function useBoard(view: View, state: StateFilter) {
  const { client, me } = useSession()
  const queries = useQueryClient()
  const [live, setLive] = useState<Board>(new Map())
  const [nowMs, setNowMs] = useState(() => Date.now())

  useEffect(() => client.onSummary((summary) => setLive((board) => merge(board, [summary]))), [client])
  // What changed while the connection was away is in the lists again.
  useEffect(() => client.onWelcome(() => void queries.invalidateQueries({ queryKey: ['conversations'] })), [client, queries])
  useEffect(() => {
    const timer = setInterval(() => setNowMs(client.serverNow()), 10_000)
    return () => clearInterval(timer)
  }, [client])

  const pages = useInfiniteQuery({
    queryKey: ['conversations', view, state],
    queryFn: ({ pageParam }) => take(api.conversations({ view, cursor: pageParam, ...(state === '' ? {} : { state }) })),
    initialPageParam: '',
    getNextPageParam: (last) => (last.nextCursor === '' ? undefined : last.nextCursor),
    refetchOnWindowFocus: false,
  })
  const rows = useMemo(() => {
    const stored = (pages.data?.pages ?? []).flatMap((page) => page.conversations)
    return listed(merge(merge(new Map(), stored), [...live.values()]), view, state, me.id)
  }, [pages.data, live, view, state, me.id])
  const queued = useMemo(() => listed(live, 'queue', 'open', me.id).length, [live, me.id])
  return { rows, pages, nowMs, queued }
}

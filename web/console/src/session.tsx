// Who is signed in, and the one Client of the page.
import { Client } from '@weikeyi/sdk'
import type { Agent } from '@weikeyi/sdk/json'
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react'
import { api, ports } from './api'
import { LiveBoard } from './live_board'

interface Session {
  me: Agent
  client: Client
  board: LiveBoard
  signOut: () => void
}

const endedCodes = ['session_ended', 'unauthenticated']

const Context = createContext<Session | undefined>(undefined)

function makeClient(me: Agent): Client {
  const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`
  return new Client({
    role: 'agent',
    url,
    ports,
    scope: `agent.${me.id}`,
    hello: (resume) =>
      Promise.resolve({ credential: undefined, resume, client: 'console/1.0 (web)', locale: document.documentElement.lang, context: undefined }),
    older: async (conversationId, beforeSeq) => {
      const answer = await api.events(conversationId, { before_seq: beforeSeq })
      if (!answer.ok) return undefined
      const { events } = answer.value
      return { afterSeq: (events[0]?.seq ?? beforeSeq) - 1, throughSeq: beforeSeq - 1, events }
    },
  })
}

export function SessionProvider({ me, onSignedOut, children }: { me: Agent; onSignedOut: () => void; children: ReactNode }) {
  const [client] = useState(() => makeClient(me))
  const [board] = useState(() => new LiveBoard())
  useEffect(() => client.onSummary((summary) => board.take([summary])), [client, board])
  useEffect(() => client.onVisitorPresence(({ online, offline }) => board.visitors(online, offline)), [client, board])
  useEffect(() => {
    let first = true
    return client.onWelcome(() => {
      if (!first) board.reset()
      first = false
    })
  }, [client, board])
  // Ended from another browser, by an administrator, or by a new password: out at once, not only without news.
  useEffect(() => client.onLink((link) => {
    if (link.kind === 'closed' && endedCodes.includes(link.code)) onSignedOut()
  }), [client, onSignedOut])
  useEffect(() => {
    client.connect()
    const wake = (): void => client.wake()
    window.addEventListener('online', wake)
    window.addEventListener('pageshow', wake)
    document.addEventListener('visibilitychange', wake)
    return () => {
      window.removeEventListener('online', wake)
      window.removeEventListener('pageshow', wake)
      document.removeEventListener('visibilitychange', wake)
      client.disconnect()
    }
  }, [client])
  const session = useMemo<Session>(
    () => ({
      me,
      client,
      board,
      signOut: () => {
        client.disconnect()
        void api.logout().then(onSignedOut)
      },
    }),
    [me, client, board, onSignedOut],
  )
  return <Context.Provider value={session}>{children}</Context.Provider>
}

export function useSession(): Session {
  const session = useContext(Context)
  if (session === undefined) throw new Error('no SessionProvider')
  return session
}

export const useMe = (): Agent => useSession().me

/** The state of the connection, and how much waits for it. */
export function useLink() {
  const { client } = useSession()
  const state = useSyncExternalStore(
    (changed) => client.onLink(changed),
    () => client.link,
  )
  return { state, waiting: client.waiting }
}

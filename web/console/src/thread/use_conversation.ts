// One followed conversation: its view, what others do in it, and saying that it was seen.
import type { ConversationView } from '@weikeyi/sdk'
import type { Actor } from '@weikeyi/sdk/wire/event'
import { useEffect, useState } from 'react'
import { useSession } from '../session'

export function useConversation(id: string) {
  const { client, me } = useSession()
  const [opened, setOpened] = useState<ReturnType<typeof client.open>>()
  const [view, setView] = useState<ConversationView>()
  const [viewers, setViewers] = useState<readonly Actor[]>([])

  useEffect(() => {
    const handle = client.open(id, { newestMax: 100 })
    setOpened(handle)
    setView(handle.conversation.view)
    const stop = handle.conversation.subscribe(setView)
    return () => {
      stop()
      handle.release()
    }
  }, [client, id])

  useEffect(() => {
    client.setViewing(id)
    const stop = client.onViewing((signal) => {
      if (signal.conversationId === id) setViewers(signal.agents.filter((agent) => agent.id !== me.id))
    })
    // The subscription comes first on the wire; after a reconnect the client says it again by itself.
    return () => {
      stop()
      client.setViewing(undefined)
    }
  }, [client, id, me.id])

  const throughSeq = view?.throughSeq ?? 0
  useEffect(() => {
    const say = (): void => {
      if (document.visibilityState === 'visible' && throughSeq > 0) client.seen(id, throughSeq)
    }
    say()
    document.addEventListener('visibilitychange', say)
    return () => document.removeEventListener('visibilitychange', say)
  }, [client, id, throughSeq])

  return { view, viewers, loadOlder: () => opened?.conversation.loadOlder() ?? Promise.resolve(false) }
}

// The directory follows the log by a moment: what the log says of a contact is shown at once, without asking again.
import type { ConversationView } from '@weikeyi/sdk'
import type { Contact } from '@weikeyi/sdk/json'
import type { ContactChanged } from '@weikeyi/sdk/wire/event'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'

export function useFollowedContact(contactId: string, view: ConversationView): void {
  const queries = useQueryClient()
  const taken = useRef<number>(undefined)
  useEffect(() => {
    if (!view.loaded) return
    // What was there when the contact was asked for is in the answer.
    const after = taken.current ?? view.throughSeq
    taken.current = view.throughSeq
    for (const { seq, body } of view.events) {
      if (seq <= after || body?.$case !== 'contactChanged') continue
      queries.setQueryData<Contact>(['contact', contactId], (known) => known && merged(known, body.value))
    }
  }, [queries, contactId, view])
}

export function merged(known: Contact, said: ContactChanged): Contact {
  const attributes = Object.fromEntries(Object.entries({ ...known.attributes, ...said.attributes }).filter(([, value]) => value !== ''))
  return { ...known, name: said.name || known.name, email: said.email || known.email, phone: said.phone || known.phone, attributes }
}

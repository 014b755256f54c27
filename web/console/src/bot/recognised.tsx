// Order numbers, telephones and the like that the AI agent saw in what the visitor wrote: to copy, and to keep with the contact where it has none.
import { ActionIcon, Button, CopyButton, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { Contact } from '@weikeyi/sdk/json'
import type { BotEntity } from '@weikeyi/sdk/wire/event'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, take } from '../api'
import { useI18n, type TextKey } from '../i18n'
import { useNotify } from '../notify'
import { useSession } from '../session'
import { kindKeys, missingIn } from './recognised_text'

/** Whose contact may take a value. */
export interface ContactPlace {
  conversationId: string
  contactId: string
}

export function Recognised({ entities, place }: { entities: readonly BotEntity[]; place?: ContactPlace | undefined }) {
  const { t } = useI18n()
  if (entities.length === 0) return null
  return (
    <ul className="recognised" aria-label={t('recognised')}>
      {entities.map(({ kind, value }) => (
        <li key={`${kind} ${value}`}>
          <span className="recognised-kind">{kindText(kind, t)}</span>
          <span className="recognised-value" dir="auto">
            {value}
          </span>
          <CopyButton value={value} timeout={1500}>
            {({ copied, copy }) => (
              <Tooltip label={t(copied ? 'copied' : 'copy')}>
                <ActionIcon size="sm" variant="subtle" color="gray" aria-label={`${t(copied ? 'copied' : 'copy')}: ${value}`} onClick={copy}>
                  {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
                </ActionIcon>
              </Tooltip>
            )}
          </CopyButton>
          {place !== undefined && <SaveToContact kind={kind} value={value} place={place} />}
        </li>
      ))}
    </ul>
  )
}

const kindText = (kind: string, t: (key: TextKey) => string): string => {
  const key = kindKeys[kind]
  return key === undefined ? kind : t(key)
}

function SaveToContact({ kind, value, place: { conversationId, contactId } }: { kind: string; value: string; place: ContactPlace }) {
  const { t } = useI18n()
  const { client } = useSession()
  const notify = useNotify()
  const queries = useQueryClient()
  const wanted = contactId !== '0' && (kind === 'email' || kind === 'phone')
  const contact = useQuery({ queryKey: ['contact', contactId], queryFn: () => take(api.contact(contactId)), enabled: wanted, retry: 2 })
  const save = useMutation({
    mutationFn: async () => {
      const said = { email: '', phone: '', [kind]: value }
      const settlement = await client.command(conversationId, { $case: 'contact', value: { name: '', email: said.email, phone: said.phone, attributes: {} } })
      if (settlement.kind === 'refused') throw new Error(settlement.reason || settlement.code)
    },
    onSuccess: () => {
      notify.show({ message: t('saved') })
      queries.setQueryData<Contact>(['contact', contactId], (known) => known && { ...known, [kind]: value })
    },
    onError: (error) => notify.show({ wrong: true, message: t('somethingFailed', { reason: error.message }) }),
  })
  if (!wanted || contact.data === undefined || !missingIn(contact.data, kind)) return null
  return (
    <Button size="compact-xs" variant="subtle" loading={save.isPending} aria-label={`${t('saveToContact')}: ${value}`} onClick={() => save.mutate()}>
      {t('saveToContact')}
    </Button>
  )
}

// Who the visitor is, where they are and were, and how the conversation is filed. All of it is the visitor's own text.
import { Avatar, Button, CloseButton, Select, TagsInput, TextInput } from '@mantine/core'
import { IconPencil, IconShieldCheck } from '@tabler/icons-react'
import type { ConversationView } from '@weikeyi/sdk'
import type { Contact } from '@weikeyi/sdk/json'
import { Priority } from '@weikeyi/sdk/wire/event'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, useSyncExternalStore } from 'react'
import { Link } from 'wouter'
import { api, take } from '../api'
import { browserName, dayAndTime, httpUrl, shortTime } from '../format'
import { holderName } from '../holder'
import { languageName } from '../assist/languages'
import { useI18n, type TextKey } from '../i18n'
import { useNotify } from '../notify'
import { useSession } from '../session'
import { visitorName } from '../visitor_name'
import type { Actions } from './use_actions'
import { useFollowedContact } from './use_contact'

const pagesShown = 5
const priorities: readonly [Priority, TextKey][] = [
  [Priority.UNSPECIFIED, 'priorityNone'],
  [Priority.LOW, 'priorityLow'],
  [Priority.MEDIUM, 'priorityMedium'],
  [Priority.HIGH, 'priorityHigh'],
  [Priority.URGENT, 'priorityUrgent'],
]

export function Panel({ id, view, actions, onClose }: { id: string; view: ConversationView; actions: Actions; onClose: () => void }) {
  const { t, language } = useI18n()
  const { board, me } = useSession()
  const known = useSyncExternalStore(board.subscribe, board.snapshot)
  const summary = known.get(id) ?? view.summary
  const contactId = summary?.contactId ?? '0'
  const contact = useQuery({ queryKey: ['contact', contactId], queryFn: () => take(api.contact(contactId)), enabled: contactId !== '0', retry: 2 })
  const past = useQuery({ queryKey: ['conversations', 'of', contactId], queryFn: () => take(api.conversations({ view: 'all', contact: contactId, limit: 20 })), enabled: contactId !== '0' })
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => take(api.sites()), staleTime: 60_000 })
  const [editing, setEditing] = useState(false)
  useFollowedContact(contactId, view)

  const context = summary?.context
  const site = sites.data?.sites.find((one) => one.id === summary?.siteId)
  const rows: [string, string | undefined][] = [
    [t('email'), contact.data?.email],
    [t('phone'), contact.data?.phone],
    [t('externalId'), contact.data?.externalId],
    [t('heldBy'), holderName(view.holder, me.id, t) || t('nobody')],
    [t('site'), site?.name],
    [t('page'), context?.pageUrl],
    [t('referrer'), context?.referrer],
    [t('browser'), context === undefined ? undefined : browserName(context.userAgent)],
    [t('ip'), context?.ip],
    [t('locale'), context === undefined ? undefined : languageName(context.locale, language)],
    [t('timezone'), context === undefined ? undefined : zoneText(context.timezone, language)],
    [t('firstSeen'), time(contact.data?.createdMs, language)],
    [t('lastSeen'), time(contact.data?.lastSeenMs, language)],
    [t('firstReply'), summary === undefined || summary.firstReplyMs === 0 ? undefined : dayAndTime(summary.firstReplyMs, language)],
  ]
  const pages = view.events.flatMap((event) => (event.body?.$case === 'pageViewed' ? [{ seq: event.seq, timeMs: event.timeMs, ...event.body.value }] : [])).slice(-pagesShown).reverse()
  const others = (past.data?.conversations ?? []).filter((conversation) => conversation.id !== id)
  const labels = summary?.labels ?? []
  const attributes = Object.entries(contact.data?.attributes ?? {}).sort(([a], [b]) => a.localeCompare(b))
  const name = contact.data?.name || visitorName(summary, t)
  return (
    <aside className="panel" aria-label={t('details')}>
      <header>
        <h2>{t('details')}</h2>
        <CloseButton aria-label={t('close')} onClick={onClose} />
      </header>
      <div className="panel-person">
        <Avatar name={name} color="initials" radius="xl" size={48} />
        <div className="grow">
          <p className="panel-name" dir="auto">
            {name}
            {contact.data?.verified === true && <IconShieldCheck size={16} className="verified" aria-label={t('verified')} />}
          </p>
          <p className={summary?.visitorOnline === true ? 'presence on' : 'presence'}>{t(summary?.visitorOnline === true ? 'visitorOnline' : 'visitorOffline')}</p>
        </div>
        {contact.data !== undefined && !contact.data.verified && !editing && (
          <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconPencil size={13} />} onClick={() => setEditing(true)}>
            {t('edit')}
          </Button>
        )}
      </div>
      {editing && contact.data !== undefined && <ContactForm id={id} contact={contact.data} onClose={() => setEditing(false)} />}
      <div className="panel-filing">
        <Select
          size="xs"
          label={t('priority')}
          allowDeselect={false}
          value={String(summary?.priority ?? Priority.UNSPECIFIED)}
          data={priorities.map(([value, key]) => ({ value: String(value), label: t(key) }))}
          onChange={(value) => {
            const chosen = priorities.find(([one]) => String(one) === value)
            if (chosen !== undefined) void actions.prioritize(chosen[0])
          }}
        />
        <TagsInput
          size="xs"
          label={t('labels')}
          placeholder={labels.length === 0 ? t('labelsHelp') : ''}
          value={[...labels]}
          maxTags={20}
          onChange={(next) => {
            const added = next.map((label) => label.trim()).filter((label) => label !== '' && !labels.includes(label))
            const removed = labels.filter((label) => !next.includes(label))
            if (added.length + removed.length > 0) void actions.label(added, removed)
          }}
        />
      </div>
      <dl>
        {rows
          .filter(([, value]) => value !== undefined && value !== '')
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd dir="auto">
                <LinkOrText text={value ?? ''} />
              </dd>
            </div>
          ))}
      </dl>
      {attributes.length > 0 && (
        <>
          <h3>{t('attributes')}</h3>
          <dl>
            {attributes.map(([key, value]) => (
              <div key={key}>
                <dt dir="auto">{key}</dt>
                <dd dir="auto">
                  <LinkOrText text={value} />
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {pages.length > 0 && (
        <>
          <h3>{t('pagesVisited')}</h3>
          <ul className="panel-list">
            {pages.map((page) => (
              <li key={page.seq}>
                <span className="panel-list-text">{page.title === '' ? page.url : page.title}</span>
                <time>{shortTime(page.timeMs, Date.now(), language)}</time>
              </li>
            ))}
          </ul>
        </>
      )}
      {others.length > 0 && (
        <>
          <h3>{t('pastConversations')}</h3>
          <ul className="panel-list">
            {others.map((conversation) => (
              <li key={conversation.id}>
                <Link href={`/c/${conversation.id}`} className="panel-list-text">
                  {conversation.lastMessage?.text || t('conversation')}
                </Link>
                <time>{shortTime(conversation.updatedMs, Date.now(), language)}</time>
              </li>
            ))}
          </ul>
        </>
      )}
    </aside>
  )
}

function ContactForm({ id, contact, onClose }: { id: string; contact: Contact; onClose: () => void }) {
  const { t } = useI18n()
  const { client } = useSession()
  const notify = useNotify()
  const queries = useQueryClient()
  const [name, setName] = useState(contact.name)
  const [email, setEmail] = useState(contact.email)
  const [phone, setPhone] = useState(contact.phone)
  // Through the log, as everything an agent does: colleagues see it at once, and who did it.
  const save = useMutation({
    mutationFn: async () => {
      const changed = { name: name.trim(), email: email.trim(), phone: phone.trim() }
      const settlement = await client.command(id, { $case: 'contact', value: { ...changed, attributes: {} } })
      if (settlement.kind === 'refused') throw new Error(settlement.reason || settlement.code)
      return changed
    },
    onSuccess: (changed) => {
      notify.show({ message: t('saved') })
      // The directory follows the log by a moment.
      queries.setQueryData<Contact>(['contact', contact.id], { ...contact, ...changed })
      onClose()
    },
  })
  return (
    <form
      className="panel-form"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <TextInput size="xs" label={t('name')} value={name} data-autofocus onChange={(event) => setName(event.currentTarget.value)} maxLength={100} />
      <TextInput size="xs" label={t('email')} type="email" value={email} onChange={(event) => setEmail(event.currentTarget.value)} maxLength={150} />
      <TextInput size="xs" label={t('phone')} type="tel" value={phone} onChange={(event) => setPhone(event.currentTarget.value)} maxLength={50} />
      {save.isError && <p role="alert">{t('somethingFailed', { reason: save.error.message })}</p>}
      <div className="panel-form-buttons">
        <Button size="compact-sm" variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button size="compact-sm" type="submit" loading={save.isPending}>
          {t('save')}
        </Button>
      </div>
    </form>
  )
}

function LinkOrText({ text }: { text: string }) {
  const url = httpUrl(text)
  if (url === undefined) return text
  return (
    <a href={url} target="_blank" rel="noopener noreferrer nofollow" title={text}>
      {text.replace(/^https?:\/\//, '')}
    </a>
  )
}

const time = (ms: number | undefined, language: 'en' | 'zh-CN'): string | undefined => (ms === undefined || ms === 0 ? undefined : dayAndTime(ms, language))

/** With the time of day there, which is what an agent wants to know of it. */
function zoneText(zone: string, language: string): string {
  try {
    return zone === '' ? '' : `${zone} · ${new Date().toLocaleTimeString(language, { timeZone: zone, hour: '2-digit', minute: '2-digit' })}`
  } catch {
    return zone
  }
}

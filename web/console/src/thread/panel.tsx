import { CloseButton } from '@mantine/core'
import type { ConversationView } from '@weikeyi/sdk'
import { HolderKind } from '@weikeyi/sdk/wire/event'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { api, take } from '../api'
import { browserName, httpUrl, shortTime } from '../format'
import { useI18n } from '../i18n'

/** Who the visitor is and where they come from. All of it is the visitor's own text. */
export function Panel({ id, view, onClose }: { id: string; view: ConversationView; onClose: () => void }) {
  const { t, language } = useI18n()
  const { summary } = view
  const contactId = summary?.contactId ?? '0'
  const contact = useQuery({ queryKey: ['contact', contactId], queryFn: () => take(api.contact(contactId)), enabled: contactId !== '0', retry: 2 })
  const past = useQuery({ queryKey: ['conversations', 'of', contactId], queryFn: () => take(api.conversations({ view: 'all', contact: contactId })), enabled: contactId !== '0' })
  const context = summary?.context
  const rows: [string, string | undefined][] = [
    [t('heldBy'), view.holder?.kind === HolderKind.AGENT ? view.holder.agentName : t('nobody')],
    [t('email'), contact.data?.email],
    [t('page'), context?.pageUrl],
    [t('referrer'), context?.referrer],
    [t('browser'), context === undefined ? undefined : browserName(context.userAgent)],
    [t('ip'), context?.ip],
    [t('locale'), context?.locale],
    [t('timezone'), context?.timezone],
    [t('firstSeen'), contact.data === undefined || contact.data.createdMs === 0 ? undefined : shortTime(contact.data.createdMs, Date.now(), language)],
  ]
  const others = (past.data?.conversations ?? []).filter((conversation) => conversation.id !== id)
  return (
    <aside className="panel" aria-label={t('details')}>
      <header>
        <h2>{t('details')}</h2>
        <CloseButton aria-label={t('close')} onClick={onClose} />
      </header>
      <p className={summary?.visitorOnline === true ? 'presence on' : 'presence'}>{t(summary?.visitorOnline === true ? 'visitorOnline' : 'visitorOffline')}</p>
      <dl>
        {rows
          .filter(([, value]) => value !== undefined && value !== '')
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd dir="auto">
                {httpUrl(value ?? '') === undefined ? (
                  value
                ) : (
                  <a href={value} target="_blank" rel="noopener noreferrer nofollow">
                    {value}
                  </a>
                )}
              </dd>
            </div>
          ))}
      </dl>
      {others.length > 0 && (
        <>
          <h3>{t('pastConversations')}</h3>
          <ul>
            {others.map((conversation) => (
              <li key={conversation.id}>
                <Link href={`/c/${conversation.id}`}>{conversation.lastMessage?.text ?? conversation.id}</Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </aside>
  )
}

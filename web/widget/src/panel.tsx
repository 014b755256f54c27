import { render } from 'preact'
import { browserPorts, sendUpload } from '@weikeyi/sdk/browser'
import { brandDefault, brandTokens } from '@weikeyi/tokens/brand'
import { dark, declarations, light, sizes } from '@weikeyi/tokens'
import { ActorKind } from '@weikeyi/sdk/wire/event'
import { App } from './app'
import { Chat } from './chat'
import type { Panel, PanelHost } from './contract'
import { languageOf } from './i18n'
import { endNotice, notice } from './notify'
import { unreadOf } from './timeline'
import css from './panel.css?inline'

/** Puts the panel into the loader's shadow root and starts listening. One per page. */
export function mount(host: PanelHost): Panel {
  const sheet = new CSSStyleSheet()
  const theme = new CSSStyleSheet()
  sheet.replaceSync(css)
  host.root.adoptedStyleSheets = [...host.root.adoptedStyleSheets, theme, sheet]
  const container = document.createElement('div')
  container.className = 'root'
  host.root.prepend(container)

  const locale = (): string => host.options.locale ?? (document.documentElement.lang || navigator.language)
  const chat = new Chat({
    host: host.site.host,
    siteKey: host.site.key,
    ports: browserPorts(),
    sendUpload,
    options: () => host.options,
    context: () => ({
      pageUrl: location.href.slice(0, 2048),
      pageTitle: document.title.slice(0, 300),
      referrer: document.referrer.slice(0, 2048),
      userAgent: navigator.userAgent.slice(0, 500),
      locale: languageOf(locale()).tag,
      ip: '',
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    }),
  })
  let isOpen = false
  let identity = identityOf(host)
  let appearanceKey = ''

  const paint = (): void => {
    const appearance = chat.state.session?.appearance
    const color = appearance?.color || host.site.appearance?.color || brandDefault
    const wanted = host.options.theme || appearance?.theme || host.site.appearance?.theme || 'auto'
    const side = (appearance?.position || host.site.appearance?.position) === 'left' ? 'left' : 'right'
    container.dataset.side = side
    const key = `${color} ${wanted}`
    if (key === appearanceKey) return
    appearanceKey = key
    const lightSet = `${declarations(light)}${declarations(brandTokens(color, 'light'))}color-scheme:light;`
    const darkSet = `${declarations(dark)}${declarations(brandTokens(color, 'dark'))}color-scheme:dark;`
    const base = `.root{${declarations(sizes)}${wanted === 'dark' ? darkSet : lightSet}}`
    theme.replaceSync(wanted === 'auto' ? `${base}@media(prefers-color-scheme:dark){.root{${darkSet}}}` : base)
  }
  const draw = (): void => {
    render(<App chat={chat} language={languageOf(locale())} open={isOpen} full={host.full} onClose={host.close} />, container)
  }

  const tell = (): void => {
    void chat.tell().then((code) => code !== undefined && host.emit('error', { code }))
  }
  const unsubscribes = [
    chat.subscribe(() => {
      paint()
      host.setUnread(unreadOf(chat.state.view))
      tell()
    }),
    chat.client.onEvents(({ events }) => {
      for (const event of events) {
        if (event.body?.$case !== 'message' || event.actor?.kind === ActorKind.VISITOR) continue
        // What is read again after a reload is no news.
        if (event.seq <= chat.state.view.visitorSeenSeq) continue
        const from = event.actor?.name ?? ''
        host.emit('message', { text: event.body.value.text, from, seq: event.seq })
        notice(languageOf(locale()).words.wrote(from), chat.state.muted)
      }
    }),
    chat.client.onLink((link) => {
      if (link.kind === 'closed') host.emit('error', { code: link.code })
    }),
    listen(window, 'online', () => chat.client.wake()),
    listen(window, 'pageshow', () => chat.client.wake()),
    listen(document, 'visibilitychange', () => {
      if (document.hidden) return
      chat.client.wake()
      endNotice()
    }),
    followViewport(container),
  ]
  paint()
  draw()
  // A conversation left open by an earlier page is followed at once; otherwise nothing connects before open().
  if (chat.sessions.known !== undefined) chat.connect()

  const update = (): void => {
    const now = identityOf(host)
    if (now !== identity) {
      identity = now
      chat.identityChanged()
    }
    const { draft } = host.options
    if (draft !== undefined) {
      delete host.options.draft
      chat.setDraft(draft)
    }
    tell()
    paint()
    draw()
  }

  return {
    open: () => {
      isOpen = true
      chat.connect()
      update()
    },
    close: () => {
      isOpen = false
      draw()
    },
    update,
    destroy: (forget) => {
      for (const unsubscribe of unsubscribes) unsubscribe()
      endNotice()
      chat.close(forget)
      render(null, container)
      container.remove()
    },
  }
}

function identityOf({ options }: PanelHost): string {
  const { identityToken, identifier, identifierHash, name, email, phone } = options
  return JSON.stringify([identityToken, identifier, identifierHash, name, email, phone])
}

function listen(target: EventTarget, name: string, run: () => void): () => void {
  target.addEventListener(name, run)
  return () => target.removeEventListener(name, run)
}

/** On a telephone the keyboard covers part of the window: the panel is as high as what is left. */
function followViewport(container: HTMLElement): () => void {
  const viewport = window.visualViewport
  if (viewport === null) return () => undefined
  const follow = (): void => {
    container.style.setProperty('--viewport-height', `${viewport.height}px`)
    container.style.setProperty('--viewport-top', `${viewport.offsetTop}px`)
  }
  follow()
  viewport.addEventListener('resize', follow)
  viewport.addEventListener('scroll', follow)
  return () => {
    viewport.removeEventListener('resize', follow)
    viewport.removeEventListener('scroll', follow)
  }
}

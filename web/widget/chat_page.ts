// The link mode: /chat/KEY is the panel in a window of its own, for links in mails, QR codes and app web views.
import type { PanelModule, PanelHost } from './src/contract'

declare const PANEL_FILE: string

const key = /^\/chat\/([^/?#]+)/.exec(location.pathname)?.[1]

async function show(siteKey: string): Promise<void> {
  const url = `${location.origin}/assets/widget/${PANEL_FILE}`
  const module = (await import(/* @vite-ignore */ url)) as PanelModule
  const element = document.createElement('div')
  document.body.append(element)
  const host: PanelHost = {
    site: { key: decodeURIComponent(siteKey), host: location.origin },
    root: element.attachShadow({ mode: 'open' }),
    options: {},
    full: true,
    setUnread: (count) => {
      const plain = document.title.replace(/^\(\d+\) /, '')
      document.title = count === 0 ? plain : `(${count}) ${plain}`
    },
    close: () => undefined,
    emit: () => undefined,
  }
  module.mount(host).open()
}

if (key !== undefined) void show(key)

// The launcher: all that is on a page until somebody wants to talk. It makes no request, opens no socket, sets nothing in
// storage. On hover it fetches the panel's code; on click, on `open` or when a conversation is open, it starts it.
import { liveKey, type EventName, type Options, type Panel, type PanelModule, type SiteConfig } from './src/contract'
import { chatPath, chevronPath, icon } from './src/launcher_icons'

declare const PANEL_FILE: string

type Api = ((command: string, ...args: unknown[]) => unknown) & { q?: ArrayLike<unknown>[] }

declare global {
  interface Window {
    __weikeyi_site?: SiteConfig
    weikeyi?: Api
  }
}

function start(site: SiteConfig): void {
  const host = site.host.includes('://') ? site.host : `${location.protocol}//${site.host}`
  const appearance = site.appearance ?? {}
  let options: Options = {}
  let element: HTMLElement | undefined
  let button: HTMLButtonElement
  let badge: HTMLElement
  let label: HTMLElement
  let loading: Promise<PanelModule> | undefined
  let panel: Panel | undefined
  let root: ShadowRoot
  let isOpen = false
  let unread = 0
  let generation = 0

  const chinese = (): boolean => (options.locale ?? (document.documentElement.lang || navigator.language)).toLowerCase().startsWith('zh')

  const emit = (name: EventName, detail?: unknown): void => {
    window.dispatchEvent(new CustomEvent(`weikeyi:${name}`, { detail }))
  }

  const load = (): Promise<PanelModule> => {
    loading ??= (import(/* @vite-ignore */ `${host}/assets/widget/${PANEL_FILE}`) as Promise<PanelModule>).catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }

  const withPanel = (then: (panel: Panel) => void): void => {
    const mine = generation
    load().then(
      (module) => {
        if (mine !== generation) return
        panel ??= module.mount({ site: { ...site, host }, root, options, full: false, setUnread, close, emit })
        then(panel)
      },
      (error: unknown) => {
        if (mine !== generation) return
        isOpen = false
        draw()
        emit('error', { code: 'load_failed', error })
      },
    )
  }

  const draw = (): void => {
    const text = isOpen ? (chinese() ? '关闭对话' : 'Close chat') : appearance.launcherLabel || (chinese() ? '在线咨询' : 'Chat with us')
    const count = isOpen || unread === 0 ? '' : unread > 99 ? '99+' : `${unread}`
    button.setAttribute('aria-label', count === '' ? text : `${text} (${count})`)
    button.setAttribute('aria-expanded', `${isOpen}`)
    button.dataset.open = `${isOpen}`
    label.textContent = isOpen ? '' : text
    badge.textContent = count
  }

  const setUnread = (count: number): void => {
    if (count === unread) return
    unread = count
    draw()
    emit('unread', { count })
  }

  const open = (): void => {
    boot()
    if (isOpen) return
    isOpen = true
    draw()
    withPanel((ready) => {
      if (!isOpen) return
      ready.open()
      emit('opened')
    })
  }

  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    draw()
    panel?.close()
    button.focus({ preventScroll: true })
    emit('closed')
  }

  const boot = (given?: Options): void => {
    Object.assign(options, given)
    if (element !== undefined) {
      panel?.update()
      draw()
      return
    }
    element = document.createElement('div')
    element.id = 'weikeyi'
    root = element.attachShadow({ mode: 'open' })
    const sheet = new CSSStyleSheet()
    const brand = readable(appearance.color)
    const side = appearance.position === 'left' ? 'left' : 'right'
    sheet.replaceSync(
      `:host{all:initial!important;position:fixed!important;z-index:2147483000!important;${side}:0!important;bottom:0!important}` +
        `:host([hidden]){display:none!important}` +
        `.l{all:unset;box-sizing:border-box;position:fixed;${side}:max(20px,env(safe-area-inset-${side}));bottom:max(20px,env(safe-area-inset-bottom));width:56px;height:56px;border-radius:50%;cursor:pointer;background:${brand};box-shadow:0 6px 20px rgba(16,24,40,.24),0 1px 4px rgba(16,24,40,.16);transition:filter .16s,transform .16s ease-out;-webkit-tap-highlight-color:transparent}` +
        `.l:hover{filter:brightness(.94);transform:translateY(-1px)}.l:active{transform:scale(.96)}` +
        `.l:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px ${brand}}` +
        `.l svg{position:absolute;inset:14px;fill:none;stroke:#fff;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;transition:opacity .16s,transform .16s}` +
        `.l svg:nth-of-type(2),.l[data-open=true] svg:first-of-type{opacity:0;transform:scale(.6)}.l[data-open=true] svg:nth-of-type(2){opacity:1;transform:none}` +
        `.l b,.l i{position:absolute;font:600 12px/20px system-ui,-apple-system,"PingFang SC","Microsoft YaHei",sans-serif}` +
        `.l b{top:-4px;${side}:-4px;min-width:20px;box-sizing:border-box;padding:0 6px;border-radius:10px;background:#d92d20;color:#fff;text-align:center;box-shadow:0 0 0 2px #fff}` +
        `.l i{${side}:68px;top:12px;padding:6px 12px;border-radius:8px;background:#151a21;color:#fff;font-style:normal;font-weight:500;white-space:nowrap;opacity:0;pointer-events:none;transition:opacity .16s}` +
        `.l:hover i,.l:focus-visible i{opacity:1}.l b:empty,.l i:empty{display:none}` +
        `@media(hover:none){.l i{display:none}}@media(max-width:479px){.l[data-open=true]{display:none}}` +
        `@media(prefers-reduced-motion:reduce){.l,.l *{transition:none}}@media print{.l{display:none}}`,
    )
    root.adoptedStyleSheets = [sheet]
    button = document.createElement('button')
    button.className = 'l'
    button.type = 'button'
    button.setAttribute('aria-haspopup', 'dialog')
    badge = document.createElement('b')
    label = document.createElement('i')
    badge.ariaHidden = label.ariaHidden = 'true'
    button.append(icon(chatPath), icon(chevronPath), label, badge)
    const warm = (): void => void load().catch(() => undefined)
    button.addEventListener('pointerenter', warm)
    button.addEventListener('focus', warm)
    button.addEventListener('click', () => (isOpen ? close() : open()))
    root.append(button)
    draw()
    document.body.append(element)
    emit('ready')
    let live = false
    try {
      live = localStorage.getItem(liveKey(site.key)) !== null
    } catch {
      // A window without storage has no conversation either.
    }
    if (live) withPanel(() => undefined)
    if (site.open === true) open()
  }

  const change = (given: Options): void => {
    Object.assign(options, given)
    panel?.update()
    if (element !== undefined) draw()
  }

  const commands: Record<string, (argument: unknown, second: unknown) => unknown> = {
    boot: (given) => boot(asOptions(given)),
    shutdown: () => {
      generation += 1
      if (panel !== undefined) panel.destroy(true)
      else forget(site.key)
      element?.remove()
      element = panel = undefined
      options = {}
      isOpen = false
      unread = 0
    },
    update: (given) => change(asOptions(given)),
    open,
    close,
    toggle: () => (isOpen ? close() : open()),
    show: () => element?.removeAttribute('hidden'),
    hide: () => element?.setAttribute('hidden', ''),
    identify: (given) => change(asOptions(given)),
    setAttributes: (given) => change({ attributes: { ...options.attributes, ...asOptions(given) } }),
    setLocale: (given) => change({ locale: String(given) }),
    setTheme: (given) => change({ theme: String(given) }),
    newMessage: (text) => {
      options.draft = String(text ?? '')
      open()
      panel?.update()
    },
    on: (name, listener) => {
      if (typeof listener !== 'function') return undefined
      const heard = (event: Event): void => void Reflect.apply(listener, undefined, [event instanceof CustomEvent ? event.detail : undefined])
      window.addEventListener(`weikeyi:${String(name)}`, heard)
      return () => window.removeEventListener(`weikeyi:${String(name)}`, heard)
    },
  }

  const api: Api = (command, ...args) => {
    const run = Object.hasOwn(commands, command) ? commands[command] : undefined
    if (run === undefined) emit('error', { code: 'unknown_command', command })
    return run?.(args[0], args[1])
  }
  const queued = window.weikeyi?.q ?? []
  window.weikeyi = api
  // Listeners first: a stub's `on` may stand after the `open` that it wants to hear of.
  const calls = Array.from(queued, (call) => Array.from(call))
  for (const call of calls) if (call[0] === 'on') api('on', ...call.slice(1))
  const begin = (): void => {
    if (!calls.some((call) => call[0] === 'boot')) boot()
    for (const call of calls) if (call[0] !== 'on') api(String(call[0]), ...call.slice(1))
  }
  if (document.body === null) document.addEventListener('DOMContentLoaded', begin)
  else begin()
}

/** The site's colour, darkened until the white sign on it is seen (3:1). The panel computes its tints with more care. */
function readable(color = ''): string {
  const hex = /^#[0-9a-f]{6}$/i.test(color) ? color : '#2563eb'
  const rgb = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
  for (;;) {
    const [r = 0, g = 0, b = 0] = rgb.map((value) => (value / 255) ** 2.2)
    if (0.2126 * r + 0.7152 * g + 0.0722 * b < 0.29) return `rgb(${rgb.join()})`
    rgb.forEach((value, at) => (rgb[at] = Math.floor(value * 0.96)))
  }
}

function asOptions(value: unknown): Options {
  return typeof value === 'object' && value !== null ? value : {}
}

/** Nothing of the visitor stays when the page's own user signs out. */
function forget(siteKey: string): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`weikeyi.${siteKey}.`)) localStorage.removeItem(key)
  } catch {
    // Nothing was kept.
  }
}

if (window.__weikeyi_site !== undefined && document.getElementById('weikeyi') === null) start(window.__weikeyi_site)

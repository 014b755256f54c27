// What loader and panel say to each other. The loader is on every page and knows no more than this of the panel.

export interface LauncherAppearance {
  color?: string
  position?: string
  theme?: string
  launcherLabel?: string
}

/** The server writes it in front of the loader. */
export interface SiteConfig {
  key: string
  /** The server's origin. */
  host: string
  appearance?: LauncherAppearance
  /** Open the panel as soon as the page is there. */
  open?: boolean
}

export interface Options {
  locale?: string
  theme?: string
  identityToken?: string
  identifier?: string
  identifierHash?: string
  name?: string
  email?: string
  phone?: string
  /** What the page knows of the visitor, for the agents; null takes one away. */
  attributes?: Record<string, unknown>
  /** Text to be put into the composer. */
  draft?: string
}

export type EventName = 'ready' | 'opened' | 'closed' | 'message' | 'unread' | 'error'

/** What the panel is given. */
export interface PanelHost {
  site: SiteConfig
  /** Where the panel puts itself; its tokens inherit from the host element. */
  root: ShadowRoot
  /** Changed by the loader before Panel.update(). */
  options: Options
  /** Fills a window of its own (link mode): no launcher, nothing to close. */
  full: boolean
  setUnread: (count: number) => void
  close: () => void
  emit: (name: EventName, detail?: unknown) => void
}

export interface Panel {
  open: () => void
  close: () => void
  /** The options have changed. */
  update: () => void
  /** Ends everything; `forget`: also what is kept of the visitor in this browser. */
  destroy: (forget: boolean) => void
}

export interface PanelModule {
  mount: (host: PanelHost) => Panel
}

/** In localStorage while a conversation is open: the loader then loads the panel at once, for the unread count. */
export const liveKey = (siteKey: string): string => `weikeyi.${siteKey}.live`

// Notices that pass: each has a button to close it that readers can name, and goes by itself.
import { notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'
import { useI18n } from './i18n'

export interface Notice {
  message: ReactNode
  /** Something failed. */
  wrong?: boolean
  /** Takes the place of one that has the same. */
  id?: string
  /** Not given: the library's few seconds. */
  closeAfterMs?: number
}

export interface Notify {
  show: (notice: Notice) => void
  hide: (id: string) => void
}

export function useNotify(): Notify {
  const { t } = useI18n()
  const hide = (id: string): void => void notifications.hide(id)
  return {
    show: ({ message, wrong = false, id, closeAfterMs }) => {
      if (id !== undefined) hide(id)
      notifications.show({
        message,
        closeButtonProps: { 'aria-label': t('close') },
        ...(wrong && { color: 'red' }),
        ...(id !== undefined && { id }),
        ...(closeAfterMs !== undefined && { autoClose: closeAfterMs }),
      })
    },
    hide,
  }
}

// What an agent does to a conversation: shown at once, taken back when it is refused, undone with one click.
import { Button } from '@mantine/core'
import type { Command } from '@weikeyi/sdk'
import type { Agent } from '@weikeyi/sdk/json'
import { ConversationState, HolderKind, type Holder, type Priority } from '@weikeyi/sdk/wire/event'
import { useI18n, type TextKey } from '../i18n'
import type { Wished } from '../live_board'
import { useNotify } from '../notify'
import { useSession } from '../session'

const undoShownMs = 6_000
const refusals: Record<string, TextKey> = { already_held: 'alreadyHeld', forbidden: 'notAllowed', outbox_full: 'outboxFull', busy: 'serverBusy' }

export interface Actions {
  claim: () => Promise<boolean>
  assign: (agent: Agent | undefined, comment: string) => Promise<boolean>
  resolve: () => Promise<boolean>
  reopen: () => Promise<boolean>
  /** 0: until the visitor writes. */
  snooze: (untilMs: number) => Promise<boolean>
  prioritize: (to: Priority) => Promise<boolean>
  label: (added: string[], removed: string[]) => Promise<boolean>
}

export const inQueue: Holder = { kind: HolderKind.QUEUE, agentId: '0', agentName: '', teamId: '0' }
const heldBy = (agent: Pick<Agent, 'id' | 'name'>): Holder => ({ kind: HolderKind.AGENT, agentId: agent.id, agentName: agent.name, teamId: '0' })

/** `now`: how the conversation is, so that there is something to go back to. */
export function useActions(id: string, now: { state: ConversationState; holder: Holder | undefined }): Actions {
  const { t } = useI18n()
  const { client, board, me } = useSession()
  const notify = useNotify()

  const run = async (command: Command, wished: Wished): Promise<boolean> => {
    const fulfilled = board.wish(id, wished)
    const settlement = await client.command(id, command)
    fulfilled()
    if (settlement.kind === 'stored') return true
    const known = refusals[settlement.code]
    notify.show({ wrong: true, message: known === undefined ? t('somethingFailed', { reason: settlement.reason || settlement.code }) : t(known) })
    return false
  }
  const undoable = (message: string, undo: () => void): void => {
    const note = `undo-${id}`
    notify.show({
      id: note,
      closeAfterMs: undoShownMs,
      message: (
        <span className="undo">
          {message}
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => {
              notify.hide(note)
              undo()
            }}
          >
            {t('undo')}
          </Button>
        </span>
      ),
    })
  }
  const changeState = (to: ConversationState, snoozedUntilMs = 0): Promise<boolean> =>
    run({ $case: 'changeState', value: { to, snoozedUntilMs, reason: '' } }, { state: to })
  const back = (): void => void changeState(now.state === ConversationState.SNOOZED ? ConversationState.OPEN : now.state)
  const giveTo = (to: Holder, comment: string): Promise<boolean> => run({ $case: 'assign', value: { to, comment } }, { holder: to })

  return {
    claim: () => run({ $case: 'claim', value: {} }, { holder: heldBy(me) }),
    assign: async (agent, comment) => {
      const before = now.holder
      const to = agent === undefined ? inQueue : heldBy(agent)
      if (!(await giveTo(to, comment))) return false
      undoable(agent === undefined ? t('backInQueue') : t('assignedTo', { name: agent.name }), () => void giveTo(before?.kind === HolderKind.AGENT ? before : inQueue, ''))
      return true
    },
    resolve: async () => {
      const done = changeState(ConversationState.RESOLVED)
      undoable(t('resolved'), back)
      return done
    },
    reopen: () => changeState(ConversationState.OPEN),
    snooze: async (untilMs) => {
      const done = changeState(ConversationState.SNOOZED, untilMs)
      undoable(t('snoozed'), back)
      return done
    },
    prioritize: (to) => run({ $case: 'changePriority', value: { to } }, { priority: to }),
    label: (added, removed) => run({ $case: 'labels', value: { added, removed } }, {}),
  }
}

import { IconArrowsSplit2, IconDatabaseSearch, IconFlag, IconListCheck, IconMessage, IconMessageQuestion, IconQuestionMark } from '@tabler/icons-react'
import type { StepKind } from './flow'

const icons = { say: IconMessage, ask: IconMessageQuestion, choose: IconListCheck, branch: IconArrowsSplit2, call: IconDatabaseSearch, end: IconFlag }

export function StepIcon({ kind, size = 16 }: { kind: StepKind | undefined; size?: number }) {
  const Icon = kind === undefined ? IconQuestionMark : icons[kind]
  return <Icon size={size} stroke={1.6} aria-hidden className="step-icon" />
}

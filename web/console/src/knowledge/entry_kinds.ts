// The kinds of entries, as lists and pages name them.
import { IconFileText, IconMessageQuestion, IconRoute } from '@tabler/icons-react'
import { KnowledgeKind } from '@weikeyi/sdk/json'
import type { KnowledgeKey } from './texts'

export const kindKey = (kind: KnowledgeKind): KnowledgeKey => (kind === KnowledgeKind.ARTICLE ? 'kindArticle' : kind === KnowledgeKind.FLOW ? 'kindFlow' : 'kindFaq')
export const kindShortKey = (kind: KnowledgeKind): KnowledgeKey => (kind === KnowledgeKind.FLOW ? 'kindFlowShort' : kindKey(kind))
export const kindIcon = (kind: KnowledgeKind): typeof IconRoute => (kind === KnowledgeKind.ARTICLE ? IconFileText : kind === KnowledgeKind.FLOW ? IconRoute : IconMessageQuestion)

// How a model would have dealt with questions it had not seen, as parts of a whole. Pure.
import type { IntentModelVersion } from '@weikeyi/sdk/json'
import type { KnowledgeKey } from './texts'

export interface Share {
  name: 'right' | 'asked' | 'left' | 'wrong'
  text: KnowledgeKey
  permille: number
}

/** Their sum is 1000 whatever rounding did to each. */
export function sharesOf(version: Pick<IntentModelVersion, 'answeredRightPermille' | 'answeredWrongPermille' | 'askedBackPermille'>): Share[] {
  const { answeredRightPermille: right, answeredWrongPermille: wrong, askedBackPermille: asked } = version
  return [
    { name: 'right', text: 'shareRight', permille: right },
    { name: 'asked', text: 'shareAsked', permille: asked },
    { name: 'left', text: 'shareLeft', permille: Math.max(0, 1_000 - right - wrong - asked) },
    { name: 'wrong', text: 'shareWrong', permille: wrong },
  ]
}

/** 723 as "72 %"; what is not nothing is never told as nothing. */
export function percent(permille: number): string {
  if (permille > 0 && permille < 10) return `${(permille / 10).toFixed(1)} %`
  return `${Math.round(permille / 10)} %`
}

// Problems of one's own account that have a field to stand at.
import { ProblemError } from '../api'
import type { AdminKey } from './texts'

const keys: Record<string, AdminKey> = {
  password_wrong: 'passwordWrong',
  password_too_short: 'passwordShort',
  password_too_common: 'passwordCommon',
  code_wrong: 'codeWrong',
}

export const problemCode = (error: unknown): string => (error instanceof ProblemError ? error.problem.code : '')

/** The words for it, where the problem is one a field can show. */
export const accountProblem = (error: unknown): AdminKey | undefined => keys[problemCode(error)]

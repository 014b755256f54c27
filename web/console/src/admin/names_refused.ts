// What the server says of a site's names is told where they are written.
import { ProblemError } from '../api'

const codes = new Set(['name_list_invalid', 'name_lists_too_large'])

/** undefined: it is about something else. */
export const namesRefused = (error: unknown): string | undefined => (error instanceof ProblemError && codes.has(error.problem.code) ? error.problem.detail : undefined)

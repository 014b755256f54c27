// Type-checks every workspace that has a tsconfig.json.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = dirname(dirname(fileURLToPath(import.meta.url)))
let failed = false
for (const name of ['tokens', 'sdk', 'widget', 'console']) {
  if (!existsSync(join(web, name, 'tsconfig.json'))) continue
  try {
    execFileSync(join(web, 'node_modules/.bin/tsc'), ['-p', join(web, name)], { stdio: 'inherit' })
  } catch {
    failed = true
  }
}
process.exit(failed ? 1 : 0)

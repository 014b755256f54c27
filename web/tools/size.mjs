// The budgets that visitors' pages may rely on: gzip -9, everything that is fetched.
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist')
const gzip = (path) => gzipSync(readFileSync(path), { level: 9 }).length
const panel = readdirSync(join(dist, 'widget')).filter((name) => name.startsWith('panel-'))
const budgets = [
  { what: 'loader (on every page)', bytes: gzip(join(dist, 'loader.js')), most: 3 * 1024 },
  { what: 'panel (when opened)', bytes: panel.reduce((sum, name) => sum + gzip(join(dist, 'widget', name)), 0), most: 35 * 1024 },
]
let over = false
for (const { what, bytes, most } of budgets) {
  over ||= bytes > most
  console.log(`${bytes > most ? 'OVER' : 'ok  '} ${what}: ${(bytes / 1024).toFixed(2)} KB of ${most / 1024} KB gzip`)
}
process.exit(over ? 1 : 0)

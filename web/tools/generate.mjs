// Makes TypeScript from proto/: `wire` has the binary encoding only (what the widget carries), `json` only the JSON mapping
// (for REST). The two have the same types by structure. Runs protoc only when a schema is newer than what was made.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const web = dirname(dirname(fileURLToPath(import.meta.url)))
const schemas = join(web, '../proto')
const out = join(web, 'sdk/src/generated')
const files = readdirSync(join(schemas, 'weikeyi/v1')).filter((name) => name.endsWith('.proto'))

const newest = Math.max(
  statSync(fileURLToPath(import.meta.url)).mtimeMs,
  ...files.map((name) => statSync(join(schemas, 'weikeyi/v1', name)).mtimeMs),
)
const made = join(out, 'json/weikeyi/v1/event.ts')
if (existsSync(made) && statSync(made).mtimeMs > newest && !process.argv.includes('--force')) process.exit(0)

const common = [
  'esModuleInterop=true', 'useJsTypeOverride=true', 'forceLong=number', 'oneof=unions-value', 'enumsAsLiterals=true',
  'outputPartialMethods=true', 'useExactTypes=false', 'outputServices=none', 'env=browser', 'comments=false',
  'annotateFilesWithVersion=false', 'removeEnumPrefix=true',
]
const sets = {
  wire: [...common, 'outputJsonMethods=false', 'outputEncodeMethods=true'],
  json: [...common, 'outputJsonMethods=true', 'outputEncodeMethods=false'],
}
const plugin = [join(web, 'node_modules/.bin/protoc-gen-ts_proto')].find(existsSync)
if (plugin === undefined) {
  console.error('ts-proto is not installed: run `npm ci` in web/ first')
  process.exit(1)
}
// Made aside and moved, so that a build that reads at this moment never sees half of it.
const aside = `${out}.${process.pid}`
for (const [name, options] of Object.entries(sets)) {
  mkdirSync(join(aside, name), { recursive: true })
  execFileSync('protoc', [
    `--plugin=protoc-gen-ts_proto=${plugin}`, `--ts_proto_out=${join(aside, name)}`,
    `--ts_proto_opt=${options.join(',')}`, `-I${schemas}`, ...files.map((file) => `weikeyi/v1/${file}`),
  ], { stdio: 'inherit' })
}
rmSync(out, { recursive: true, force: true })
renameSync(aside, out)

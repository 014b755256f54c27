// Makes TypeScript from proto/: `wire` has the binary encoding only (what the widget carries), `json` only the JSON mapping
// (for REST), `read` only the reading half of that. All have the
// same types by structure. Runs protoc only when a schema is newer than what was made.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
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
const made = join(out, 'read/weikeyi/v1/event.ts')
if (existsSync(made) && statSync(made).mtimeMs > newest && !process.argv.includes('--force')) process.exit(0)

const common = [
  'esModuleInterop=true', 'useJsTypeOverride=true', 'forceLong=number', 'oneof=unions-value', 'enumsAsLiterals=true',
  'useExactTypes=false', 'outputServices=none', 'env=browser', 'comments=false',
  'annotateFilesWithVersion=false', 'removeEnumPrefix=true',
]
const sets = {
  wire: [...common, 'outputJsonMethods=false', 'outputEncodeMethods=true', 'outputPartialMethods=false'],
  json: [...common, 'outputJsonMethods=true', 'outputEncodeMethods=false', 'outputPartialMethods=true'],
  read: [...common, 'outputJsonMethods=from-only', 'outputEncodeMethods=false', 'outputPartialMethods=false'],
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
for (const name of ['wire', 'read']) {
  for (const file of files) {
    const path = join(aside, name, 'weikeyi/v1', file.replace('.proto', '.ts'))
    writeFileSync(path, split(readFileSync(path, 'utf8')))
  }
}
rmSync(out, { recursive: true, force: true })
renameSync(aside, out)

/**
 * ts-proto keeps a type's functions in one object, of which a bundler can drop nothing. They become functions of their
 * own (`Event_decode`), which the objects only name, so that the widget carries the encoding of what it says and the
 * decoding of what it hears. Their check of depth goes: no type of this schema contains itself.
 */
function split(code) {
  const names = ['encode', 'decode', 'fromJSON']
  const any = names.join('|')
  const made = new Set()
  let text = code.replace('"@bufbuild/protobuf/wire"', '"../../../../wire_io"').replace(/^export const (\w+): (MessageFns<\w+>) = \{\n([\s\S]*?)^\};$/gm, (_, type, kind, body) => {
    const has = names.filter((name) => body.includes(`\n  ${name}(`) || body.startsWith(`  ${name}(`))
    for (const name of has) made.add(`${type}_${name}`)
    const functions = body
      .replace(new RegExp(`^  (${any})\\(`, 'gm'), `export function ${type}_$1(`)
      .replace(/^  \},$/gm, '}')
      .replace(/^ *const previousRecursionDepth[\s\S]*?^ *try \{\n/gm, '')
      // The number of a field has never changed its type, so the number alone decides.
      .replace(/^ *if \(tag !== \d+\) \{\n *break;\n *\}\n/gm, '')
      // The server writes lowerCamelCase only.
      .replace(/^( *): isSet\(object\.\w*_\w*\)\n *\? .*\n/gm, '')
      .replace(/^ *: isObject\(object\.\w*_\w*\)\n *\? [\s\S]*?\n(?= *: \{\})/gm, '')
      .replace(/\(globalThis\.Object\.entries\((object\.\w+)\) as \[string, any\]\[\]\)\.reduce\(\s*\(acc: \{ \[key: string\]: string \}[\s\S]*?\n *\{\},\n *\)/g, 'textsOf($1)')
      .replaceAll('globalThis.', '')
      .replace(/^    \} finally \{\n.*\n    \}\n/gm, '')
    return `${functions}\nexport const ${type}: ${kind} = { ${has.map((name) => `${name}: ${type}_${name}`).join(', ')} };`
  })
  if (text.includes('textsOf(')) {
    text += `\nfunction textsOf(object: object): { [key: string]: string } {\n  return Object.fromEntries(Object.entries(object).map(([key, text]) => [key, String(text)]));\n}\n`
  }
  if (text.includes('.sint32(')) {
    text = text
      .replace(/(writer\.uint32\(\d+\))\.sint32\((.*?)\);/g, 'writeSint32($1, $2);')
      .replaceAll('reader.sint32()', 'readSint32(reader)')
      .replace(/^import \{ (.*) \} from "(.*wire_io)";$/m, 'import { $1, readSint32, writeSint32 } from "$2";')
  }
  text = text.replace(new RegExp(`\\b([A-Z]\\w*)\\.(${any})\\(`, 'g'), '$1_$2(')
  const used = new Set([...text.matchAll(new RegExp(`\\b[A-Z]\\w*_(?:${any})\\b`, 'g'))].map((match) => match[0]))
  return text.replace(/^import \{([^}]*)\} from "(\.\/\w+)";$/gm, (line, list, from) => {
    const types = list.split(',').map((name) => name.trim()).filter((name) => name !== '')
    const foreign = [...used].filter((name) => !made.has(name) && types.includes(name.split('_')[0]))
    return `import { ${[...types, ...foreign].join(', ')} } from "${from}";`
  })
}

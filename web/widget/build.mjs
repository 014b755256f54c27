// Panel first, because the loader holds the name of its file; then loader and the page of the link mode.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'lightningcss'
import { rolldown } from 'rolldown'

const here = dirname(fileURLToPath(import.meta.url))

/** `import css from 'x.css?inline'`: the minified text of a stylesheet. */
const inlineCss = {
  name: 'inline-css',
  resolveId: (source, importer) => (source.endsWith('.css?inline') ? join(dirname(importer), source) : null),
  load: (id) => {
    if (!id.endsWith('.css?inline')) return null
    const filename = id.replace('?inline', '')
    const { code } = transform({ filename, code: readFileSync(filename), minify: true })
    return { code: `export default ${JSON.stringify(code.toString())}`, moduleType: 'js' }
  },
}

// What a visitor neither says nor is told. Their fields are then passed over like those of a later version.
const notForVisitors = [
  'AgentWelcome', 'Assign', 'BotDecided', 'BotTurn', 'ChangePriority', 'ChangeState', 'Claim', 'ContactChanged', 'ConversationSummary',
  'ConversationUpdate', 'LabelsChanged', 'Note', 'PageViewed', 'PriorityChanged', 'SetPresence', 'Unsubscribe', 'Viewing', 'ViewingSignal', 'VisitorPresence',
]

/** Leaves the cases of these types out of the generated switches, so that the bundler drops their code. */
const onlyForVisitors = {
  name: 'only-for-visitors',
  transform: {
    filter: { id: /generated\/wire\// },
    handler: (code) => {
      const calls = `(?:${notForVisitors.join('|')})_(?:encode|decode)\\(`
      return code
        // Only the AI agent cites and offers.
        .replace(/^ *for \(const v of message\.(?:citations|choices)\) \{\n.*\n *\}\n/gm, '')
        .replace(new RegExp(`^ *case "\\w+":\\n *${calls}.*\\n *break;\\n`, 'gm'), '')
        .replace(new RegExp(`^ *case \\d+: \\{\\s*message\\.[^;]*${calls}[^;]*;\\s*continue;\\s*\\}\\n`, 'gm'), '')
    },
  },
}

// What of the SDK only agents' pages call, by file, and the frames that only agents get.
const forAgents = {
  'client.ts': ['onSummary', 'onVisitorPresence', 'onTyping', 'onViewing', 'onSettled', 'open', 'sendNote', 'setViewing', 'setPresence', 'get outbox'],
  'rest.ts': ['patch', 'put', 'delete'],
}
// What is told only to listeners that only agents have.
const emittersForAgents = ['summaries', 'visitorPresence', 'typing', 'viewingChanged', 'settled']
const framesForAgents = ['viewing', 'visitorPresence', 'conversationUpdate']

/** Leaves them out; fails where the panel calls one of them after all, or where one is not there under this name. */
const withoutAgentsPart = {
  name: 'without-agents-part',
  transform: {
    filter: { id: /(widget|sdk)\/src\/[\w/]+\.tsx?$/ },
    handler: (code, id) => {
      if (/widget\/src\//.test(id)) {
        const names = Object.values(forAgents).flat().map((name) => name.replace('get ', ''))
        const called = new RegExp(`(?:client|[rR]est)\\.(?:${names.join('|')})\\b`).exec(code)
        if (called !== null) throw new Error(`${id} calls ${called[0]}, which is left out of the panel (build.mjs)`)
        return undefined
      }
      const without = (text, what) => {
        if (!what.test(text)) throw new Error(`${id} has no ${what} to leave out of the panel (build.mjs)`)
        return text.replace(what, '')
      }
      const file = id.slice(id.lastIndexOf('/') + 1)
      const methods = (forAgents[file] ?? []).reduce((text, name) => without(text, new RegExp(`^  ${name}(?:<T>)?\\(.*?^  \\}\\n`, 'ms')), code)
      if (file !== 'client.ts') return methods
      const frames = framesForAgents.reduce((text, name) => without(text, new RegExp(`^      case '${name}'.*?^(?=      (?:case|default))`, 'ms')), methods)
      const emitters = emittersForAgents.reduce((text, name) => without(text, new RegExp(`^  readonly #${name} = .*\n`, 'm')).replace(new RegExp(`^ *this\\.#${name}\\.emit\\(.*\\n`, 'm'), ''), frames)
      return without(emitters, /^ *if \(this\.#viewing !== ownConversation\) .*\n/m)
    },
  },
}

const styled = ['src/panel.css', 'src/panel.tsx'].map((name) => readFileSync(join(here, name), 'utf8')).join()

/** Tokens that no rule of the panel names (notes, the console's greys) stay out of it, in both themes. */
const onlyUsedTokens = {
  name: 'only-used-tokens',
  transform: {
    filter: { id: /tokens\/src\/tokens\.ts$/ },
    handler: (code) => code.replace(/^ *'(--wk-[a-z0-9-]+)': .*\n/gm, (line, name) => (new RegExp(`${name}\\b(?!-)`).test(styled) ? line : '')),
  },
}

async function bundle({ entry, format, define = {}, name }) {
  const built = await rolldown({
    input: join(here, entry),
    plugins: [inlineCss, onlyForVisitors, withoutAgentsPart, onlyUsedTokens],
    tsconfig: false,
    transform: { target: 'es2022', define, jsx: { runtime: 'automatic', importSource: 'preact' } },
    onLog: (level, log) => level === 'warn' && console.warn(log.message),
  })
  const { output } = await built.generate({ format, entryFileNames: name, codeSplitting: false, minify: true, comments: false })
  await built.close()
  return output[0]
}

export async function buildWidget(dist) {
  const folder = join(dist, 'widget')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const panel = await bundle({ entry: 'src/panel.tsx', format: 'es', name: 'panel-[hash].js' })
  writeFileSync(join(folder, panel.fileName), panel.code)
  const define = { PANEL_FILE: JSON.stringify(panel.fileName) }
  const loader = await bundle({ entry: 'loader.ts', format: 'iife', name: 'loader.js', define })
  writeFileSync(join(dist, 'loader.js'), loader.code)
  const page = await bundle({ entry: 'chat_page.ts', format: 'es', name: 'chat-[hash].js', define })
  writeFileSync(join(folder, page.fileName), page.code)
  mkdirSync(join(dist, 'chat'), { recursive: true })
  writeFileSync(
    join(dist, 'chat/index.html'),
    `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover,interactive-widget=resizes-content">
<meta name="referrer" content="same-origin">
<meta name="robots" content="noindex">
<title>Chat</title>
<script type="module" src="/assets/widget/${page.fileName}"></script>
</head>
<body></body>
</html>
`,
  )
}

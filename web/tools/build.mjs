// Builds everything a server serves into web/dist: loader.js, widget/, demo/ and console/. `node tools/build.mjs widget` builds one part.
import { cpSync, existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const web = dirname(dirname(fileURLToPath(import.meta.url)))
const wanted = process.argv.slice(2)
const asked = (name) => wanted.length === 0 || wanted.includes(name)

if (asked('widget')) {
  rmSync(join(web, 'dist/widget'), { recursive: true, force: true })
  const { buildWidget } = await import('../widget/build.mjs')
  await buildWidget(join(web, 'dist'))
}
if (asked('demo')) {
  // Plain files: the demo shop stands for a page of somebody else's.
  cpSync(join(web, 'demo'), join(web, 'dist/demo'), { recursive: true })
}
if (asked('console') && existsSync(join(web, 'console/vite.config.ts'))) {
  await build({
    root: join(web, 'console'),
    configFile: join(web, 'console/vite.config.ts'),
    build: { outDir: join(web, 'dist/console'), emptyOutDir: true },
    logLevel: 'warn',
  })
}

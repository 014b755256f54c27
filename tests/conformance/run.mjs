#!/usr/bin/env node
// Runs the suite with one server for all files (lib/server.mjs says which). `node --test` on the files themselves works too; each
// then starts a server of its own. Arguments: files of the suite (default: all), or options of node --test.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { echoServer } from './lib/server.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const args = process.argv.slice(2)
const options = args.filter((arg) => arg.startsWith('--'))
const named = args.filter((arg) => !arg.startsWith('--'))
const files = named.length > 0 ? named : readdirSync(here).filter((f) => f.endsWith('.test.mjs')).sort().map((f) => join(here, f))

async function main() {
  const server = await echoServer()
  const tests = spawn(process.execPath, ['--test', ...options, ...files], {
    stdio: 'inherit',
    env: { ...process.env, WEIKEYI_ECHO_URL: server.url },
  })
  const status = await new Promise((resolve) => tests.once('exit', (code) => resolve(code ?? 1)))
  const died = server.stop()
  if (died) throw died
  return status
}

main().then(
  (status) => process.exit(status),
  (error) => {
    console.error(`conformance: ${error.message}`)
    process.exit(1)
  },
)

#!/usr/bin/env node
// Runs the suite against an echo endpoint: WEIKEYI_ECHO_URL=ws://…, or WEIKEYI_BIN=path of the binary, which is then started
// with `bench serve-echo --port 0` and stopped at the end. Arguments: files of the suite (default: all), or options of node --test.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const args = process.argv.slice(2)
const options = args.filter((arg) => arg.startsWith('--'))
const named = args.filter((arg) => !arg.startsWith('--'))
const files = named.length > 0 ? named : readdirSync(here).filter((f) => f.endsWith('.test.mjs')).sort().map((f) => join(here, f))

let server = null
async function startServer(binary) {
  server = spawn(binary, ['bench', 'serve-echo', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const died = new Promise((_, reject) => {
    server.once('error', reject)
    server.once('exit', (code, signal) => reject(new Error(`the server ended before it was ready (${code ?? signal})`)))
  })
  died.catch(() => {})
  const ready = new Promise((resolve) => {
    createInterface({ input: server.stdout }).on('line', (line) => {
      try {
        const { url } = JSON.parse(line)
        if (typeof url === 'string') resolve(url)
      } catch {
        // Some other line of output.
      }
    })
  })
  const late = new Promise((_, reject) => setTimeout(reject, 20_000, new Error('the server printed no {"url":…} line')).unref())
  return Promise.race([ready, died, late])
}

async function main() {
  let url = process.env.WEIKEYI_ECHO_URL
  if (!url) {
    if (!process.env.WEIKEYI_BIN) throw new Error('set WEIKEYI_ECHO_URL or WEIKEYI_BIN')
    url = await startServer(process.env.WEIKEYI_BIN)
  }
  const tests = spawn(process.execPath, ['--test', ...options, ...files], {
    stdio: 'inherit',
    env: { ...process.env, WEIKEYI_ECHO_URL: url },
  })
  const code = await new Promise((resolve) => tests.once('exit', (status) => resolve(status ?? 1)))
  // A server that fell over during the last case must not go unnoticed.
  if (server && (server.exitCode !== null || server.signalCode !== null)) {
    throw new Error(`the server died during the suite (${server.exitCode ?? server.signalCode})`)
  }
  return code
}

let status = 1
try {
  status = await main()
} catch (error) {
  console.error(`conformance: ${error.message}`)
}
server?.kill('SIGTERM')
process.exit(status)

// The server under test: one that runs already (WEIKEYI_ECHO_URL), or one started from WEIKEYI_BIN (or WEIKEYI_BINARY).
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const READY_WITHIN_MS = 20_000

// { url, stop(): ends what was started; an error, if it had ended by itself }.
export async function echoServer() {
  const running = process.env.WEIKEYI_ECHO_URL
  if (running) return { url: running, stop: () => null }
  const binary = process.env.WEIKEYI_BIN ?? process.env.WEIKEYI_BINARY
  if (!binary) throw new Error('set WEIKEYI_ECHO_URL or WEIKEYI_BIN')

  const server = spawn(binary, ['bench', 'serve-echo', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = () => server.exitCode ?? server.signalCode
  process.on('exit', () => server.kill('SIGKILL'))
  let timer
  const url = await new Promise((resolve, reject) => {
    timer = setTimeout(reject, READY_WITHIN_MS, new Error('the server printed no {"url":…} line'))
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`the server ended before it was ready (${ended()})`)))
    createInterface({ input: server.stdout }).on('line', (line) => {
      try {
        const answer = JSON.parse(line)
        if (typeof answer.url === 'string') resolve(answer.url)
      } catch {
        // Some other line of output.
      }
    })
  }).finally(() => clearTimeout(timer))
  // Its life must not keep ours going.
  server.unref()
  server.stdout.unref()
  return {
    url,
    stop: () => {
      if (ended() !== null) return new Error(`the server died during the suite (${ended()})`)
      server.kill('SIGTERM')
      return null
    },
  }
}

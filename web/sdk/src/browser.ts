/// <reference lib="dom" />
// The ports of a real browser. Nothing else in this package knows one.
import type { Clock, OpenSocket, Ports, StorageLike } from './ports'
import type { SendUpload } from './upload'

const clock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (ms, run) => {
    const id = setTimeout(run, ms)
    return () => clearTimeout(id)
  },
}

const openSocket: OpenSocket = (url, protocol, handlers) => {
  const socket = new WebSocket(url, protocol)
  let over = false
  const ended = (): void => {
    if (!over) handlers.onClose()
    over = true
  }
  socket.binaryType = 'arraybuffer'
  socket.onopen = () => void (over || handlers.onOpen())
  socket.onmessage = (event) => void (over || handlers.onMessage(event.data))
  socket.onclose = ended
  socket.onerror = ended
  return {
    send: (data) => socket.send(data),
    close: (code) => {
      over = true
      socket.close(code)
    },
  }
}

/** For windows in which localStorage throws: what is written lives as long as the page. */
function memoryStorage(): StorageLike {
  const values = new Map<string, string>()
  return {
    get length() {
      return values.size
    },
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
}

export function browserStorage(): StorageLike {
  try {
    const { localStorage } = window
    void localStorage.length
    return localStorage
  } catch {
    return memoryStorage()
  }
}

export function browserPorts(): Ports {
  return {
    clock,
    openSocket,
    storage: browserStorage(),
    fetch: (url, request) => fetch(url, request),
    random: (bytes) => void crypto.getRandomValues(bytes),
  }
}

export const sendUpload: SendUpload<Blob> = ({ url, headers, body, onProgress, onDone }) => {
  const request = new XMLHttpRequest()
  request.open('POST', url)
  for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
  request.upload.onprogress = (event) => onProgress(event.loaded)
  request.onload = () => onDone(request.status, request.responseText)
  request.onerror = request.ontimeout = () => onDone(0, '')
  request.send(body)
  return { abort: () => request.abort() }
}

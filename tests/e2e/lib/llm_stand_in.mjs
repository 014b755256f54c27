// A language model's provider for tests, written from the published chat API: strict with what it is asked (what it does not know it refuses
// with 400 and remembers as a complaint), and answers as the test says.
import { createServer } from 'node:http';
import { once } from 'node:events';

const kKey = 'key-of-the-test';

function complaint(request, body) {
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return `${request.method} ${request.url}`;
  if (request.headers['content-type'] !== 'application/json') return 'content-type';
  if (request.headers.accept !== 'text/event-stream') return 'accept';
  if (request.headers.authorization !== `Bearer ${kKey}`) return 'authorization';
  const known = ['model', 'messages', 'stream', 'stream_options', 'temperature', 'max_tokens', 'tools'];
  for (const name of Object.keys(body)) if (!known.includes(name)) return `unknown member ${name}`;
  if (typeof body.model !== 'string' || body.stream !== true || body.stream_options?.include_usage !== true) return 'model, stream or stream_options';
  if (!(body.temperature >= 0 && body.temperature <= 2) || !Number.isInteger(body.max_tokens) || body.max_tokens < 1) return 'temperature or max_tokens';
  if (!Array.isArray(body.messages) || body.messages.length === 0) return 'messages';
  for (const message of body.messages) {
    const also = { assistant: ['tool_calls'], tool: ['tool_call_id'] }[message.role] ?? [];
    if (!['system', 'user', 'assistant', 'tool'].includes(message.role) || typeof message.content !== 'string') return 'a message';
    if (Object.keys(message).some((name) => !['role', 'content', ...also].includes(name)) || (message.role === 'tool' && typeof message.tool_call_id !== 'string')) return 'a message';
  }
  for (const tool of body.tools ?? []) {
    const { name, parameters } = tool.function ?? {};
    if (tool.type !== 'function' || !/^[A-Za-z0-9_-]{1,64}$/.test(name) || parameters?.type !== 'object') return 'a tool';
  }
  return undefined;
}

const frame = (body) => `data: ${JSON.stringify(body)}\n\n`;
const chunk = (delta, finish = null) =>
  frame({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'stand-in-1', choices: [{ index: 0, delta, finish_reason: finish }], usage: null });

export class LlmStandIn {
  /** What was asked, parsed; what was wrong with it; every byte that arrived. */
  requests = [];
  complaints = [];
  received = '';
  /** (body, reply) => void | Promise; reply: say(text), end(), refuse(status, headers), cut(), raw(text), toolCall(name, args). */
  #answer = (_, reply) => reply.refuse(500);
  #server;

  static async start() {
    const standIn = new LlmStandIn();
    standIn.#server = createServer((request, response) => void standIn.#serve(request, response));
    standIn.#server.listen(0, '127.0.0.1');
    await once(standIn.#server, 'listening');
    standIn.url = `http://127.0.0.1:${standIn.#server.address().port}/v1`;
    return standIn;
  }
  static key = kKey;

  answers(how) {
    this.#answer = how;
  }
  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request, response) {
    const chunks = [];
    for await (const piece of request) chunks.push(piece);
    const text = Buffer.concat(chunks).toString('utf8');
    this.received += text;
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      body = {};
    }
    this.requests.push(body);
    const wrong = complaint(request, body);
    if (wrong !== undefined) {
      this.complaints.push(wrong);
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message: wrong } }));
      return;
    }
    const write = (piece) => {
      if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(piece);
    };
    await this.#answer(body, {
      say: (words) => write(chunk({ content: words })),
      raw: write,
      toolCall: (name, args) => write(chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name, arguments: args } }] })),
      end: (finish = 'stop') => {
        write(chunk({}, finish));
        write(frame({ choices: [], usage: { prompt_tokens: 321, completion_tokens: 21, total_tokens: 342 } }));
        write('data: [DONE]\n\n');
        response.end();
      },
      refuse: (status, headers = {}) => response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{"error":{"message":"no"}}'),
      // What was said is on its way before the connection breaks.
      cut: () => response.write(': cut\n\n', () => response.destroy()),
    });
  }
}

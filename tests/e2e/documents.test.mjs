// Files that become knowledge: each kind is found by what it says, and what cannot be read is refused with its reason.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from './lib/server.mjs';
import { Api, demoAgent, nobody, visitorSession } from './lib/people.mjs';
import { docx, pdf } from './lib/documents.mjs';

const kFileBytesMax = 32 << 20;

let server;
let administrator;

before(async () => {
  server = await Server.start();
  administrator = await demoAgent(server);
});
after(() => server?.close());

const send = (api, name, body, more = '') => api.call('POST', `/knowledge/documents?name=${encodeURIComponent(name)}${more}`, { body, headers: { 'content-type': 'application/octet-stream' } });
const site = async () => (await administrator.get('/sites')).sites.find((one) => one.key === 'demo').id;
const count = async () => {
  let entries = 0;
  let cursor = '';
  do {
    const page = await administrator.get(`/knowledge/entries?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    entries += page.entries?.length ?? 0;
    cursor = page.nextCursor ?? '';
  } while (cursor !== '');
  return entries;
};

test('Markdown, HTML, PDF, DOCX and text are articles that answer at once, with their headings', async () => {
  const files = [
    ['Umbrella care.md', Buffer.from('# Umbrellas\n\n## Drying\n\nLet an umbrella dry open in the shade.\n'), 'how do I dry my umbrella', 'Umbrella care › Umbrellas > Drying', /dry open in the shade/],
    ['teapot.html', Buffer.from('<html><body><nav>Home</nav><h1>Teapots</h1><h2>Descaling</h2><p>Boil vinegar in the teapot for ten minutes.</p></body></html>'), 'descaling a teapot', 'teapot › Teapots > Descaling', /Boil vinegar/],
    ['lantern.pdf', pdf(['The lantern takes three batteries of size AA.']), 'which batteries does the lantern take', 'lantern', /size AA/],
    ['保温杯.docx', docx([{ heading: '保温杯', level: 1 }, { heading: '清洗', level: 2 }, '保温杯不能放进洗碗机，请用温水手洗。']), '保温杯可以放洗碗机吗', '保温杯 › 保温杯 > 清洗', /温水手洗/],
    ['蜡烛.txt', Buffer.from('蜡烛每次点燃不要超过四小时。\n'), '蜡烛一次可以点多久', '蜡烛', /四小时/],
  ];
  const siteId = await site();
  for (const [name, bytes, question, source, says] of files) {
    const answer = await send(administrator, name, bytes, `&site=${siteId}`);
    assert.equal(answer.status, 201, `${name}: ${JSON.stringify(answer.json)}`);
    const [entry] = answer.json.entries;
    assert.deepEqual([entry.siteId, entry.kind, entry.body ?? ''], [siteId, 'KNOWLEDGE_KIND_ARTICLE', ''], name);
    const { decided } = await administrator.post('/bot/try', { siteId, text: question });
    assert.equal(decided.sources[0].entryId, entry.id, `${name}: ${JSON.stringify(decided)}`);
    assert.equal(decided.sources[0].title, source);
    assert.match(decided.sources[0].passage, says);
  }
});

test('a long one becomes several, each under its headings', async () => {
  const line = 'A line of the handbook that says something about parcels.\n';
  const text = `# Handbook\n\n${line.repeat(Math.ceil(450_000 / line.length))}`;
  const answer = await send(administrator, 'handbook.md', Buffer.from(text));
  assert.equal(answer.status, 201);
  assert.deepEqual(answer.json.entries.map((entry) => entry.title), ['handbook (1/3)', 'handbook (2/3)', 'handbook (3/3)']);
  const last = await administrator.get(`/knowledge/entries/${answer.json.entries[2].id}`);
  assert.match(last.body, /^# Handbook\n/);
  assert.equal((await administrator.call('PUT', `/knowledge/entries/${last.id}`, { body: last })).status, 200, 'each can be edited');
});

test('sent twice it is there once: 200 and the article that there is', async () => {
  const bytes = Buffer.from('# Parasols\n\nA parasol is no umbrella.\n');
  const first = await send(administrator, 'parasol.md', bytes);
  assert.equal(first.status, 201);
  const before = await count();
  const again = await send(administrator, 'parasol.md', bytes);
  assert.equal(again.status, 200);
  assert.deepEqual(again.json.entries, first.json.entries);
  const both = await Promise.all([send(administrator, 'twice.md', bytes), send(administrator, 'twice.md', bytes)]);
  assert.deepEqual(both.map((answer) => answer.status).sort(), [200, 201]);
  assert.equal(both[0].json.entries[0].id, both[1].json.entries[0].id);
  assert.equal((await send(administrator, 'parasol.md', bytes, `&site=${await site()}`)).status, 201, 'of one site it is another');
  assert.equal((await send(administrator, 'parasol.md', Buffer.from('# Parasols\n\nIt is one after all.\n'))).status, 201);
  assert.equal(await count(), before + 3);
});

test('what cannot be read is refused with its reason, and leaves nothing', async () => {
  const before = await count();
  for (const [name, bytes, status, code] of [
    ['photo.png', Buffer.from('\x89PNG\r\n', 'latin1'), 400, 'document_unknown_format'],
    ['old.doc', Buffer.from('\xd0\xcf\x11\xe0', 'latin1'), 400, 'document_unknown_format'],
    ['locked.pdf', pdf(['secret'], { password: 'user' }), 400, 'document_encrypted'],
    ['scan.pdf', pdf([]), 400, 'document_without_text'],
    ['blank.txt', Buffer.from(' \n'), 400, 'document_without_text'],
    ['torn.docx', docx(['x']).subarray(0, 200), 400, 'document_damaged'],
    ['wordy.txt', Buffer.alloc((4 << 20) + 1, 'x'), 413, 'document_too_large'],
  ]) {
    const answer = await send(administrator, name, bytes);
    assert.deepEqual([answer.status, answer.json?.code], [status, code], `${name}: ${JSON.stringify(answer.json)}`);
    assert.ok(answer.json.detail);
  }
  assert.equal((await send(administrator, 'x.md', Buffer.from('x'), '&site=12')).status, 400, 'no such site');
  assert.equal(await count(), before);
});

test('a file of 32 MiB is read, and one byte more is not', async () => {
  // Large by what nobody reads.
  const page = (bytes) => {
    const head = '<html><body><h1>Gallery</h1><p>Frames are made to measure.</p></body></html>';
    return Buffer.from(head + '<!--' + 'x'.repeat(bytes - head.length - 7) + '-->');
  };
  const most = pdf(['Frames are made to measure.']);
  const padding = Buffer.alloc(kFileBytesMax - most.length, '\n');
  const answer = await send(administrator, 'gallery.pdf', Buffer.concat([most, padding]));
  assert.equal(answer.status, 201, JSON.stringify(answer.json));
  const over = await send(administrator, 'gallery.pdf', Buffer.concat([most, padding, Buffer.from('\n')])).catch((error) => error);
  // Told before the whole of it was sent; a client that does not listen meanwhile sees the connection end.
  if (over.status !== undefined) assert.deepEqual([over.status, over.json?.code], [413, 'document_too_large']);
  assert.equal((await send(administrator, 'page.html', page(8 << 20))).status, 201);
  assert.equal((await send(administrator, 'page.html', page((8 << 20) + 1))).json?.code, 'document_too_large');
});

test('so many at a time: the others are told to come again, and none is lost', async () => {
  const before = await count();
  const files = Array.from({ length: 12 }, (_, i) => [`page ${i}.html`, Buffer.from(`<h1>Page ${i}</h1>${'<p>Lorem ipsum dolor sit amet.</p>'.repeat(20_000)}`)]);
  const answers = await Promise.all(files.map(async ([name, bytes]) => {
    let refused = 0;
    for (;;) {
      const answer = await send(administrator, name, bytes);
      if (answer.status === 201) return { refused, entries: answer.json.entries };
      assert.deepEqual([answer.status, answer.json.code], [503, 'busy']);
      assert.ok(answer.json.retryAfterMs > 0);
      refused += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }));
  assert.ok(answers.some(({ refused }) => refused > 0), 'at least one had to wait');
  assert.equal(await count(), before + answers.reduce((sum, { entries }) => sum + entries.length, 0));
});

test('who may not change the knowledge is refused before a byte is taken', async () => {
  const agent = await demoAgent(server, 1);
  const session = await visitorSession(server);
  const before = await count();
  for (const [api, status] of [[agent, 403], [new Api(server.url, { token: session.token }), 403], [nobody(server), 401], [new Api(server.url, { token: 'wk_no' }), 401]]) {
    const answer = await send(api, 'x.md', Buffer.from('# x\n\ny\n'));
    assert.equal(answer.status, status);
    assert.match(answer.type, /application\/problem\+json/);
  }
  const foreign = await administrator.call('POST', '/knowledge/documents?name=x.md', { body: Buffer.from('# x'), headers: { origin: 'https://evil.example' } });
  assert.equal(foreign.status, 403);
  assert.equal(await count(), before);
});

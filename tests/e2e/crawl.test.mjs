// Pages of a site become knowledge: as robots.txt allows, whatever traps it has, kept up with what changes, and nothing of other machines.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from './lib/server.mjs';
import { demoAgent, eventually } from './lib/people.mjs';
import { pdf } from './lib/documents.mjs';
import { Site, page } from './lib/site.mjs';

let server;
let administrator;
let siteId;
const sites = [];

before(async () => {
  server = await Server.start({ args: ['--crawl-private-addresses'] });
  administrator = await demoAgent(server);
  siteId = (await administrator.get('/sites')).sites.find((one) => one.key === 'demo').id;
});
after(async () => {
  await server?.close();
  for (const site of sites) await site.close();
});

const open = async (pages) => {
  const site = await Site.start(pages);
  sites.push(site);
  return site;
};
const ended = (crawl) => !['CRAWL_STATE_WAITING', 'CRAWL_STATE_RUNNING'].includes(crawl.state);
const whenEnded = (id, api = administrator) =>
  eventually(async () => {
    const crawl = await api.get(`/knowledge/crawls/${id}`);
    return ended(crawl) && crawl;
  }, 'the reading ends', 30_000);
const read = async (startUrl, more = {}) => whenEnded((await administrator.post('/knowledge/crawls', { siteId, startUrl, ...more })).id);
const again = async (id) => {
  await administrator.post(`/knowledge/crawls/${id}/run`);
  return whenEnded(id);
};
const articles = async (id) => {
  const found = [];
  let cursor = '';
  do {
    const list = await administrator.get(`/knowledge/entries?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    found.push(...(list.entries ?? []).filter((entry) => entry.crawlId === id));
    cursor = list.nextCursor ?? '';
  } while (cursor !== '');
  return found.sort((a, b) => (a.url < b.url ? -1 : a.url > b.url ? 1 : 0));
};
const paths = async (site, id) => (await articles(id)).map((entry) => entry.url.slice(site.url.length));
const reasons = (site, crawl) => Object.fromEntries((crawl.skipped ?? []).map(({ url, reason }) => [url.replace(site.url, ''), reason]));

test('pages are articles that answer with their address; what is not for robots is left alone', async () => {
  const site = await open({
    '/robots.txt': { headers: { 'content-type': 'text/plain' }, body: 'User-agent: *\nDisallow: /\n\nUser-agent: weikeyi\nDisallow: /private\nSitemap: SITE/map.xml\n' },
    '/': page('Kite shop', 'We sell kites of paper and silk.', ['/care', 'private/prices', '/tagged', '/header', '/file.pdf', '/picture.png', 'mailto:a@b.example', 'https://other.example/', '/care#wash', '/away', '/copy', '/dup?ref=1']),
    '/care': page('Kite care', 'A wet kite dries hanging from its bridle.', ['/', '/canonical']),
    '/private/prices': page('Prices', 'Secret prices.'),
    '/tagged': page('Tagged', 'Not for an index.', ['/found'], '<meta name="robots" content="noindex">'),
    '/found': page('Found', 'Linked from a page that is not for an index.'),
    '/header': { headers: { 'x-robots-tag': 'otherbot: nofollow, weikeyi: noindex' }, body: page('Header', 'Not for an index either.') },
    '/file.pdf': { headers: { 'content-type': 'application/pdf' }, body: pdf(['The tail of a kite is seven times as long as its body.']) },
    '/picture.png': { headers: { 'content-type': 'image/png' }, body: '\x89PNG' },
    '/away': { status: 302, headers: { location: 'http://localhost:1/elsewhere' } },
    '/copy': { status: 301, headers: { location: '/care' } },
    '/dup?ref=1': page('Kite care', 'A wet kite dries hanging from its bridle.', ['/']),
    '/canonical': page('Canonical', 'The same under two addresses.', [], '<link rel="canonical" href="/real">'),
    '/real': page('Real', 'The same under two addresses.'),
    '/mapped': page('Mapped', 'Only the sitemap knows this page.'),
    '/map.xml': { headers: { 'content-type': 'application/xml' }, body: '<urlset><url><loc>SITE/mapped</loc></url><url><loc>https://other.example/x</loc></url></urlset>' },
  });
  for (const path of ['/robots.txt', '/map.xml']) site.pages.get(path).body = site.pages.get(path).body.replaceAll('SITE', site.url);
  const crawl = await read(site.url);
  assert.equal(crawl.state, 'CRAWL_STATE_DONE', JSON.stringify(crawl));
  assert.equal(crawl.startUrl, `${site.url}/`);
  assert.deepEqual(await paths(site, crawl.id), ['/', '/care', '/file.pdf', '/found', '/mapped', '/real']);
  assert.deepEqual([crawl.pagesRead, crawl.changed, crawl.unchanged ?? 0, crawl.removed ?? 0, crawl.pagesWaiting ?? 0], [6, 6, 0, 0, 0]);
  assert.deepEqual(reasons(site, crawl), {
    '/private/prices': 'robots_disallowed',
    '/tagged': 'noindex',
    '/header': 'noindex',
    '/picture.png': 'wrong_type',
    '/away': 'redirected_elsewhere',
    '/dup?ref=1': 'duplicate',
    '/canonical': 'canonical',
  });
  assert.equal(site.count('/private/prices'), 0, 'robots.txt');
  assert.equal(site.count('/care'), 1, 'each address once');
  assert.match(site.agent, /^weikeyi\//);
  const { decided } = await administrator.post('/bot/try', { siteId, text: 'how do I dry a wet kite' });
  assert.equal(decided.sources[0].url ?? (await administrator.get(`/knowledge/entries/${decided.sources[0].entryId}`)).url, `${site.url}/care`);
  assert.match(decided.sources[0].passage, /dries hanging/);
});

test('read again: the same stays untouched, what changed is replaced in place, what is gone goes', async () => {
  const site = await open({
    '/': page('Lamps', 'All our lamps.', ['/a', '/b', '/c', '/d']),
    '/a': page('Lamp A', 'The first lamp has one bulb.'),
    '/b': page('Lamp B', 'The second lamp has two bulbs.'),
    '/c': page('Lamp C', 'The third lamp has three bulbs.'),
    '/d': page('Lamp D', 'The fourth lamp has four bulbs.'),
  });
  const first = await read(site.url);
  const before = await articles(first.id);
  assert.equal(before.length, 5);
  // Switched off by somebody: it stays off, also when its page changes.
  const off = before.find((entry) => entry.title === 'Lamp B');
  await administrator.ok('PUT', `/knowledge/entries/${off.id}`, { ...off, disabled: true });
  site.set({
    '/b': page('Lamp B', 'The second lamp has five bulbs now.'),
    '/c': { status: 410, body: '' },
    '/d': { status: 500, body: 'broken' },
    // Not linked any more, and still there.
    '/': page('Lamps', 'All our lamps.', ['/b']),
  });
  const second = await again(first.id);
  assert.equal(second.state, 'CRAWL_STATE_DONE', JSON.stringify(second));
  assert.deepEqual([second.changed, second.unchanged, second.removed], [1, 2, 1]);
  assert.deepEqual(reasons(site, second), { '/c': 'gone', '/d': 'server_error' });
  const now = await articles(first.id);
  assert.deepEqual(now.map(({ id, url }) => [id, url]), before.filter((entry) => entry.title !== 'Lamp C').map(({ id, url }) => [id, url]), 'the same articles');
  const [home, a, b] = now;
  assert.deepEqual([home.updatedMs, a.updatedMs], [before[0].updatedMs, before[1].updatedMs], 'untouched');
  assert.match(b.body, /five bulbs/);
  assert.equal(b.disabled, true);
  // A start page that cannot be read takes nothing away.
  site.set({ '/': { status: 404, body: '' }, '/a': undefined, '/b': undefined });
  const third = await again(first.id);
  assert.deepEqual([third.state, third.failure], ['CRAWL_STATE_FAILED', 'start_not_found']);
  assert.equal((await articles(first.id)).length, 4);
  // Nor does a robots.txt that nobody can read; one that is there and forbids is an answer.
  site.set({ '/': page('Lamps', 'All our lamps.'), '/robots.txt': { status: 503, body: '' } });
  assert.equal((await again(first.id)).failure, 'robots_unreachable');
  site.set({ '/robots.txt': { body: 'User-agent: *\nDisallow: /\n' } });
  assert.equal((await again(first.id)).failure, 'robots_disallowed');
  assert.equal((await articles(first.id)).length, 4);
  // It goes with its articles.
  await administrator.ok('DELETE', `/knowledge/crawls/${first.id}`);
  assert.equal((await administrator.call('GET', `/knowledge/crawls/${first.id}`)).status, 404);
  assert.deepEqual(await articles(first.id), []);
});

test('what people wrote into an article stays, whatever becomes of its page, until they give it back', async () => {
  const site = await open({
    '/': page('Chairs', 'All our chairs.', ['/a', '/b', '/c']),
    '/a': page('Chair A', 'The first chair has one leg.'),
    '/b': page('Chair B', 'The second chair has two legs.'),
    '/c': page('Chair C', 'The third chair has three legs.'),
  });
  const { id } = await read(site.url);
  const entry = async (title) => (await articles(id)).find((one) => one.title === title);
  const put = async (before, change) => administrator.ok('PUT', `/knowledge/entries/${before.id}`, { ...before, ...change });
  const a = await put(await entry('Chair A'), { body: 'The first chair has one leg and needs a wall.' });
  assert.equal(a.edited, true);
  const b = await put(await entry('Chair B'), { title: 'The second chair' });
  assert.equal(b.edited, true);
  const c = await put(await entry('Chair C'), { disabled: true, labels: ['chairs'] });
  assert.ok(!c.edited, 'its words are the page’s');
  site.set({ '/a': page('Chair A', 'The first chair has two legs now.'), '/b': { status: 410, body: '' }, '/c': page('Chair C', 'The third chair has four legs now.') });
  const second = await again(id);
  assert.deepEqual([second.state, second.changed, second.unchanged, second.removed ?? 0], ['CRAWL_STATE_DONE', 1, 1, 0]);
  assert.deepEqual(reasons(site, second), { '/a': 'edited', '/b': 'edited_gone' });
  assert.equal(second.skippedCount, 2);
  assert.deepEqual(await entry('Chair A'), a);
  assert.deepEqual(await entry('The second chair'), b);
  assert.match((await entry('Chair C')).body, /four legs/);

  // Given back it is the page's again with the next reading, and goes where that is gone.
  for (const one of [a, b]) assert.ok(!(await put(one, { edited: false })).edited);
  assert.match((await entry('Chair A')).body, /needs a wall/, 'not before');
  const third = await again(id);
  assert.deepEqual([third.changed, third.removed], [1, 1]);
  assert.match((await entry('Chair A')).body, /two legs now/);
  assert.equal(await entry('The second chair'), undefined);
  // Kept as it is although nobody changed a word; and what is no page's has nothing to be kept from.
  const kept = await put(await entry('Chair A'), { edited: true });
  assert.equal(kept.edited, true);
  assert.ok(!(await administrator.post('/knowledge/entries', { kind: 'KNOWLEDGE_KIND_ARTICLE', title: 'Own', body: 'Written here.', edited: true })).edited);
  // With the site all of them go: that is asked for.
  await administrator.ok('DELETE', `/knowledge/crawls/${id}`);
  assert.deepEqual(await articles(id), []);
});

test('a page that is refused keeps its article, whatever the refusal is called', async () => {
  const site = await open({ '/': page('Doors', 'All our doors.', ['/a', '/b']), '/a': page('Door A', 'The first door.'), '/b': page('Door B', 'The second door.') });
  const { id } = await read(site.url);
  site.set({ '/a': { status: 401, headers: { 'www-authenticate': 'Basic' }, body: '' }, '/b': { status: 403, body: '' } });
  const second = await again(id);
  assert.deepEqual([second.state, second.removed ?? 0], ['CRAWL_STATE_DONE', 0]);
  assert.deepEqual(reasons(site, second), { '/a': 'refused', '/b': 'refused' });
  assert.deepEqual(await paths(site, id), ['/', '/a', '/b']);
});

test('a Crawl-delay is kept between two requests', async () => {
  const times = [];
  const timed = (body) => (request, response) => {
    times.push({ asked: performance.now() });
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(body, () => (times.at(-1).answered = performance.now()));
  };
  const site = await open({
    '/robots.txt': { headers: { 'content-type': 'text/plain' }, body: 'User-agent: *\nCrawl-delay: 0.4\n' },
    '/': timed(page('Slow', 'One after the other.', ['/1', '/2'])),
    '/1': timed(page('One', 'The first.')),
    '/2': timed(page('Two', 'The second.')),
  });
  assert.equal((await read(site.url)).pagesRead, 3);
  assert.equal(times.length, 3);
  for (let i = 1; i < times.length; i += 1) assert.ok(times[i].asked - times[i - 1].asked >= 390, `${times[i].asked - times[i - 1].asked} ms`);
});

test('a calendar without an end, paths in themselves and redirects in a ring are bounded', async () => {
  const site = await open({
    '/': page('Trap', 'An entrance.', ['/calendar?month=1', 'loop/', '/ring-a', '/hop-0']),
    '/robots.txt': { status: 404 },
    '/ring-a': { status: 302, headers: { location: '/ring-b' } },
    '/ring-b': { status: 302, headers: { location: '/ring-a' } },
    '*': (request, response) => {
      const month = Number(new URL(request.url, 'http://x').searchParams.get('month'));
      response.setHeader('content-type', 'text/html');
      if (request.url.startsWith('/hop-')) {
        response.writeHead(302, { location: `/hop-${Number(request.url.slice(5)) + 1}` });
        return response.end();
      }
      response.end(request.url.startsWith('/calendar') ? page(`Month ${month}`, `Nothing happens in month ${month}.`, [`/calendar?month=${month + 1}`, `/calendar?month=${month + 2}`]) : page(`Depth ${request.url.length}`, `So deep: ${request.url}.`, ['loop/']));
    },
  });
  const crawl = await read(site.url, { pagesMax: 30 });
  assert.equal(crawl.state, 'CRAWL_STATE_DONE', JSON.stringify(crawl));
  assert.equal(crawl.pagesRead, 30);
  assert.equal((await articles(crawl.id)).length, 30);
  assert.ok(site.asked.length <= 30 * 4 + 10, `${site.asked.length} requests`);
  const why = Object.values(reasons(site, crawl));
  for (const reason of ['loop', 'pages_max', 'too_many_redirects']) assert.ok(why.includes(reason), why.join());
  assert.equal(site.asked.filter((path) => path.startsWith('/hop-')).length, 6);
  assert.ok(!site.asked.some((path) => path.includes('loop/loop/loop/loop/loop')));
});

test('what is too large, of no kind, damaged, or refused is skipped with its reason, and a busy server is waited for', async () => {
  let busy = 0;
  const site = await open({
    '/': page('Start', 'Where it begins.', ['/huge', '/bomb', '/locked', '/forbidden', '/empty', '/busy', '/busy-for-long', '/broken.pdf', '/slow']),
    '/huge': page('Huge', 'x'.repeat(9 << 20)),
    '/bomb': (request, response) => {
      response.writeHead(200, { 'content-type': 'text/html', 'content-length': String(1 << 30) });
      const chunk = Buffer.alloc(1 << 20, 'x');
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    },
    '/locked': { status: 401, body: '' },
    '/forbidden': { status: 403, body: '' },
    '/empty': '<html><body><img src="x.png"></body></html>',
    '/busy': (request, response) => {
      busy += 1;
      response.writeHead(busy === 1 ? 503 : 200, { 'content-type': 'text/html', 'retry-after': '1' });
      response.end(page('Busy', 'It answers at the second try.'));
    },
    '/busy-for-long': { status: 429, headers: { 'retry-after': '3600' }, body: '' },
    '/broken.pdf': { headers: { 'content-type': 'application/pdf' }, body: '%PDF-1.7\nnot one' },
    // Piece by piece, and still a page.
    '/slow': (request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      const pieces = page('Slow', 'It comes in pieces.').match(/.{1,20}/gs);
      const next = () => (pieces.length > 0 ? (response.write(pieces.shift()), setTimeout(next, 20)) : response.end());
      next();
    },
  });
  const crawl = await read(site.url);
  assert.equal(crawl.state, 'CRAWL_STATE_DONE', JSON.stringify(crawl));
  assert.deepEqual(await paths(site, crawl.id), ['/', '/busy', '/slow']);
  assert.deepEqual(reasons(site, crawl), {
    '/huge': 'too_large',
    '/bomb': 'too_large',
    '/locked': 'refused',
    '/forbidden': 'refused',
    '/empty': 'document_without_text',
    '/busy-for-long': 'busy',
    '/broken.pdf': 'document_damaged',
  });
});

test('a long page is several articles, and fewer when it gets shorter', async () => {
  const long = (count) => `<h1>Handbook</h1>${'<p>A line of the handbook that says something about parcels and their way.</p>'.repeat(count)}`;
  const site = await open({ '/docs/': long(7_000), '/': page('Above', 'Out of the directory.') });
  const crawl = await read(`${site.url}/docs/`);
  const before = await articles(crawl.id);
  assert.equal(before.length, 3);
  assert.match(before[0].title, /\(\d\/3\)$/);
  site.set({ '/docs/': long(3_500) });
  const second = await again(crawl.id);
  assert.deepEqual([second.state, second.changed, second.removed], ['CRAWL_STATE_DONE', 2, 1]);
  assert.equal((await articles(crawl.id)).length, 2);
  assert.equal(site.count('/'), 0);
});

test('it is stopped, waits its turn, and begins again where the process ended in the middle', async () => {
  const held = [];
  const slow = await open({
    '/': page('Slow', 'Begins.', ['/1', '/2']),
    '/1': (request, response) => held.push(response),
    '/2': page('Two', 'The second page.'),
  });
  const first = await administrator.post('/knowledge/crawls', { siteId, startUrl: slow.url });
  await eventually(() => held.length === 1, 'the first page is asked for');
  const running = await administrator.get(`/knowledge/crawls/${first.id}`);
  assert.deepEqual([running.state, running.pagesRead, running.pagesWaiting], ['CRAWL_STATE_RUNNING', 1, 2]);
  const other = await open({ '/': page('Other', 'Waits its turn.') });
  const second = await administrator.post('/knowledge/crawls', { siteId, startUrl: other.url });
  assert.equal((await administrator.get(`/knowledge/crawls/${second.id}`)).state, 'CRAWL_STATE_WAITING');
  assert.equal(other.asked.length, 0);
  await administrator.post(`/knowledge/crawls/${first.id}/stop`);
  assert.equal((await whenEnded(first.id)).state, 'CRAWL_STATE_STOPPED');
  assert.equal((await whenEnded(second.id)).state, 'CRAWL_STATE_DONE');
  assert.equal((await articles(first.id)).length, 1, 'what was read stays');

  await administrator.post(`/knowledge/crawls/${first.id}/run`);
  await eventually(() => held.length === 2, 'it is read again');
  const stopped = await server.stop();
  assert.equal(stopped.code, 0);
  slow.set({ '/1': page('One', 'The first page.') });
  await server.launch();
  const done = await whenEnded(first.id);
  assert.equal(done.state, 'CRAWL_STATE_DONE', JSON.stringify(done));
  assert.deepEqual(await paths(slow, first.id), ['/', '/1', '/2']);

  // Cut off by a kill as well, and erased while it runs.
  slow.set({ '/1': (request, response) => held.push(response) });
  await administrator.post(`/knowledge/crawls/${first.id}/run`);
  await eventually(() => held.length === 3, 'it is read once more');
  await server.restart();
  await eventually(() => held.length === 4, 'it begins again');
  await administrator.ok('DELETE', `/knowledge/crawls/${first.id}`);
  assert.deepEqual(await articles(first.id), []);
});

test('only of hosts of the site, and with numbers within their bounds', async () => {
  const made = await administrator.post('/sites', { name: 'Strict', allowedOrigins: ['https://*.shop.example', 'http://brand.example:8080'] });
  const strict = made.site?.id ?? made.id;
  const refused = async (body) => {
    const answer = await administrator.call('POST', '/knowledge/crawls', { body });
    return [answer.status, answer.json.code];
  };
  for (const startUrl of ['https://evil.example/', 'https://evilshop.example/', 'https://shop.example.evil.example/', 'http://127.0.0.1/']) {
    assert.deepEqual(await refused({ siteId: strict, startUrl }), [400, 'crawl_not_of_site'], startUrl);
  }
  for (const startUrl of ['', 'shop.example', 'ftp://shop.example/', 'file:///etc/passwd', 'https://me:secret@shop.example/', 'javascript:alert(1)']) {
    assert.deepEqual(await refused({ siteId: strict, startUrl }), [400, 'invalid_argument'], startUrl);
  }
  assert.deepEqual(await refused({ siteId, startUrl: 'http://127.0.0.1/', pagesMax: 2_001 }), [400, 'invalid_argument']);
  assert.deepEqual(await refused({ siteId, startUrl: 'http://127.0.0.1/', everyDays: 366 }), [400, 'invalid_argument']);
  assert.deepEqual(await refused({ siteId: '12', startUrl: 'http://127.0.0.1/' }), [400, 'invalid_argument']);
  assert.equal((await administrator.call('POST', '/knowledge/crawls/12/run')).status, 404);
  const site = await open({ '/': page('Kept', 'A page.') });
  const crawl = await read(site.url);
  const changed = await administrator.ok('PUT', `/knowledge/crawls/${crawl.id}`, { siteId, startUrl: `${site.url}/`, everyDays: 7, pagesMax: 5 });
  assert.deepEqual([changed.everyDays, changed.pagesMax, changed.state], [7, 5, 'CRAWL_STATE_DONE']);
});

test('without the operator’s word nothing at a private address is asked for', async () => {
  const site = await open({ '/': page('Inside', 'Not for everybody.') });
  const plain = await Server.start();
  try {
    const boss = await demoAgent(plain);
    for (const startUrl of [site.url, site.url.replace('127.0.0.1', 'localhost'), site.url.replace('127.0.0.1', '[::ffff:127.0.0.1]'), site.url.replace('127.0.0.1', '0.0.0.0'), site.url.replace('127.0.0.1', '2130706433')]) {
      const { id } = await boss.post('/knowledge/crawls', { startUrl });
      const crawl = await whenEnded(id, boss);
      assert.deepEqual([crawl.state, crawl.failure], ['CRAWL_STATE_FAILED', 'private_address'], startUrl);
    }
    assert.deepEqual(site.asked, []);
  } finally {
    await plain.close();
  }
});

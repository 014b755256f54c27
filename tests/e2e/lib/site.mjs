// A web site on this machine, for those who read one: pages by path, and what was asked of it.
import { createServer } from 'node:http';
import { once } from 'node:events';

export class Site {
  /** Path, query included, to a text of HTML, { status, headers, body }, or a function of request and response. */
  pages = new Map();
  /** "GET /path", in order. */
  asked = [];
  #server;

  static async start(pages = {}) {
    const site = new Site();
    site.set(pages);
    site.#server = createServer((request, response) => site.#answer(request, response));
    site.#server.listen(0, '127.0.0.1');
    await once(site.#server, 'listening');
    site.url = `http://127.0.0.1:${site.#server.address().port}`;
    return site;
  }

  set(pages) {
    for (const [path, page] of Object.entries(pages)) {
      if (page === undefined) this.pages.delete(path);
      else this.pages.set(path, page);
    }
  }

  count(path) {
    return this.asked.filter((one) => one === path).length;
  }

  async close() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request, response) {
    this.asked.push(request.url);
    this.agent = request.headers['user-agent'];
    const page = this.pages.get(request.url) ?? this.pages.get('*');
    if (typeof page === 'function') return page(request, response);
    const { status, headers = {}, body } = typeof page === 'string' ? { status: 200, body: page } : (page ?? { status: 404, body: '<p>Not here</p>' });
    response.writeHead(status ?? 200, { 'content-type': 'text/html; charset=utf-8', ...headers });
    response.end(body ?? '');
  }
}

/** A page with a heading, a text, and links in a menu. */
export const page = (title, text, links = [], head = '') =>
  `<!doctype html><html><head><title>${title}</title>${head}</head><body><nav>${links.map((href) => `<a href="${href}">${href}</a>`).join(' ')}</nav><h1>${title}</h1><p>${text}</p></body></html>`;

// What a running server says of itself, asked as its agent.

/** A function that resolves to the gauges and counters of /metrics, by name. */
export async function metricsOf(server) {
  const answer = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ email: server.attach[server.attach.indexOf('--email') + 1], password: server.env.WEIKEYI_BENCH_PASSWORD }),
  });
  if (!answer.ok) throw new Error(`sign in: ${answer.status}`);
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  return async () => {
    const text = await (await fetch(`${server.url}/metrics`, { headers: { cookie } })).text();
    return Object.fromEntries([...text.matchAll(/^(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]));
  };
}

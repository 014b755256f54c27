/** A figure of /metrics by its name and something of its labels. */
export async function metric(api, name, label = '') {
  const answer = await api.call('GET', '/metrics');
  const line = new TextDecoder().decode(answer.bytes).split('\n').find((one) => one.startsWith(name) && one.includes(label) && !one.startsWith('#'));
  if (line === undefined) throw new Error(`no ${name} ${label}`);
  return Number(line.split(' ').at(-1));
}

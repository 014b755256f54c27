// What other servers took, beside what this run took. Measured on another day on such a machine (two cores, one of them the server's, the load beside
// it, payloads of 128 bytes), each with the floor of that day: absolute times drift, so it is the two ratios to a floor that compare.

// `case` is how a case's name ends; a peer is [name, figure] or [name, from, to]. Without `floor` the figures compare as they are.
const kPeers = [
  {
    group: 'echo', case: '100 connections, 1 in flight', figure: 'CPU µs per message', floor: 6.15,
    peers: [['uWebSockets', 6.7], ['Boost.Asio, TCP only', 6.4, 7.6], ['libwebsockets', 9.2], ['Beast', 10.2], ['gorilla', 13.9], ['ws', 16.4], ['socket.io', 37.8]],
  },
  {
    group: 'echo', case: '1000 connections, 16 in flight', figure: 'CPU µs per message', floor: 0.54,
    peers: [['uWebSockets', 0.64], ['Boost.Asio, TCP only', 0.6], ['libwebsockets', 11.6], ['Beast', 13.8], ['gorilla', 7.4], ['ws', 10.6], ['socket.io', 15.3]],
  },
  {
    group: 'chat', case: "1 in flight, an agent's socket each", figure: 'ack path, CPU µs per message', floor: 18.8,
    peers: [['mosquitto, nothing stored or acked', 12, 20], ['NATS, nothing stored or acked', 21, 28], ['socket.io, nothing stored or acked', 52], ['ejabberd and MariaDB, stored', 840, 960]],
  },
  {
    group: 'chat', case: "16 in flight, an agent's socket each", figure: 'ack path, CPU µs per message', floor: 1.5,
    peers: [['NATS, nothing stored or acked', 2.1], ['mosquitto, nothing stored or acked', 8.6]],
  },
  {
    group: 'chat', case: '1 in flight, 30 chats an agent', figure: 'warm reader, µs per event', floor: 18.8,
    peers: [['RocksDB, a record', 6], ['SQLite in arrival order with an index, a record', 3.9, 7]],
  },
  { group: 'chat', case: '1 in flight, 30 chats an agent', figure: 'search reader, µs per event', floor: 18.8, peers: [["SQLite's trigram index, a record", 16, 28]] },
  {
    group: 'idle', case: 'visitors with an open conversation', figure: 'bytes per connection',
    peers: [
      ['uWebSockets', 273], ['Boost.Asio, TCP only', 608, 1632], ['libwebsockets', 5300], ['mosquitto', 6100], ['ws', 6300], ['Beast', 6400], ['nchan', 10400], ['socket.io', 16000],
      ['gorilla', 17700], ['NATS', 24700], ['ejabberd', 64500],
    ],
  },
  { group: 'idle', case: 'permessage-deflate', figure: 'bytes per connection', peers: [['uWebSockets', 13900]] },
  {
    group: 'fanout', case: 'to 1000 subscribers', figure: 'CPU µs per delivery', floor: 4.1,
    peers: [['uWebSockets', 7.3], ['nchan', 9], ['ws', 11.2], ['NATS', 14.7]],
  },
  {
    group: 'fanout', case: 'to 10000 subscribers', figure: 'CPU µs per delivery', floor: 4.1,
    peers: [['uWebSockets', 12.9], ['nchan', 15.6], ['ws', 18.8], ['NATS', 21.1]],
  },
  {
    group: 'storm', case: 'against nginx as WebSocket proxy', figure: "CPU µs per handshake, with the token's check", floor: 40,
    peers: [['uWebSockets', 40], ['ws', 189], ['socket.io', 569]],
  },
];

/** A row for each peer of what was measured. Its own floor and ratios; `ours` and `our_ratio` are this run's. */
export function besidePeers(results) {
  return kPeers.flatMap(({ group, case: ending, figure, floor, peers }) => {
    const ours = results.find((one) => one.group === group && one.case.endsWith(ending) && one.figure === figure);
    if (!ours) return [];
    return peers.map(([peer, from, to = from]) => ({
      group, case: ours.case, figure, peer, from, to, ours: ours.ours,
      ...(floor && { floor, ratio_from: from / floor, ratio_to: to / floor, our_ratio: ours.ratio }),
    }));
  });
}

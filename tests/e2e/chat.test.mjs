// A visitor and an agent chat, over JSON frames, with the real binary.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Server } from './lib/server.mjs';
import { Closed, Refused } from './lib/connection.mjs';
import { agentSocket, clientId, demoAgent, eventually, note, say, subscribe, visitor, visitorSession, visitorSocket } from './lib/people.mjs';

let server;
let agent;

before(async () => {
  server = await Server.start();
  agent = await demoAgent(server);
});
after(() => server?.close());

const text = (wanted) => (event) => event.message?.text === wanted;

test('what a visitor writes reaches the agent and the answer reaches the visitor', async () => {
  const { connection, conversationId } = await visitor(server);
  const first = await say(connection, conversationId, 'Where is my parcel? 我的包裹在哪里？');
  assert.ok(first.seq >= 2, 'seq 1 is the start of the conversation');

  const desk = await agentSocket(server, agent);
  await subscribe(desk, conversationId);
  const seen = await desk.event(text('Where is my parcel? 我的包裹在哪里？'));
  assert.equal(seen.seq, first.seq);
  assert.equal(seen.actor.kind, 'ACTOR_KIND_VISITOR');

  const answer = await say(desk, conversationId, 'On its way.');
  const back = await connection.event(text('On its way.'));
  assert.equal(back.seq, answer.seq);
  assert.equal(back.actor.kind, 'ACTOR_KIND_AGENT');
  await connection.close();
  await desk.close();
});

test('the person behind a conversation is there as soon as the conversation is', async () => {
  for (let i = 0; i < 20; ++i) {
    const { connection, conversationId } = await visitor(server);
    await say(connection, conversationId, 'who am I?');
    const { contactId } = await agent.get(`/conversations/${conversationId}`);
    assert.equal((await agent.get(`/contacts/${contactId}`)).id, contactId);
    await connection.close();
  }
});

test('a new conversation appears in agents’ lists without asking', async () => {
  const desk = await agentSocket(server, agent);
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'anybody there?');
  const update = await desk.until(
    (frame) => frame.conversationUpdate?.conversation?.id === conversationId && frame.conversationUpdate.conversation.lastMessage?.text === 'anybody there?',
    'conversation update',
  );
  assert.equal(update.conversationUpdate.conversation.state, 'CONVERSATION_STATE_OPEN');
  const list = await agent.get('/conversations?view=all');
  assert.ok(list.conversations.some((conversation) => conversation.id === conversationId));
  await connection.close();
  await desk.close();
});

test('one conversation’s log has the numbers 1, 2, 3 … without gaps', async () => {
  const { connection, conversationId } = await visitor(server);
  const desk = await agentSocket(server, agent);
  const acks = await Promise.all(Array.from({ length: 20 }, (_, i) => say(connection, conversationId, `line ${i}`)));
  assert.deepEqual(acks.map((ack) => ack.seq), [...acks.map((ack) => ack.seq)].sort((a, b) => a - b), 'acks in the order of sending');
  await note(desk, conversationId, 'between us');
  const log = await agent.log(conversationId);
  assert.deepEqual(log.map((event) => event.seq), log.map((_, i) => i + 1));
  assert.ok(log[0].started, 'the first event is the start');
  await connection.close();
  await desk.close();
});

test('a client that was away gets exactly what it missed', async () => {
  const { session, connection, conversationId } = await visitor(server);
  const before = await say(connection, conversationId, 'I will be back');
  const desk = await agentSocket(server, agent);
  await subscribe(desk, conversationId);
  connection.terminate();
  for (let i = 0; i < 30; i += 1) await say(desk, conversationId, `while you were away ${i}`);

  const again = await visitorSocket(server, session, { resume: [{ conversationId, afterSeq: before.seq }] });
  await again.event(text('while you were away 29'));
  const missed = again.events(conversationId).filter((event) => event.message);
  assert.deepEqual(missed.map((event) => event.message.text), Array.from({ length: 30 }, (_, i) => `while you were away ${i}`));
  assert.ok(again.events(conversationId).every((event) => event.seq > before.seq), 'nothing it had already');
  assertContiguous(again, conversationId, before.seq);
  await again.close();
  await desk.close();
});

test('the same client id twice gives the same seq once', async () => {
  const { connection, conversationId } = await visitor(server);
  const id = clientId();
  const first = await say(connection, conversationId, 'only once', id);
  const second = await say(connection, conversationId, 'only once', id);
  assert.equal(second.seq, first.seq);
  const log = await agent.log(conversationId);
  assert.equal(log.filter((event) => event.message?.text === 'only once').length, 1);
  await connection.close();
});

test('a client id sent on two sockets at the same moment is stored once', async () => {
  const { session, connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'begin');
  const other = await visitorSocket(server, session);
  for (let round = 0; round < 25; round += 1) {
    const id = clientId();
    const [a, b] = await Promise.all([say(connection, conversationId, `both ${round}`, id), say(other, conversationId, `both ${round}`, id)]);
    assert.equal(a.seq, b.seq);
  }
  const log = await agent.log(conversationId);
  assert.deepEqual(log.map((event) => event.seq), log.map((_, i) => i + 1));
  assert.equal(log.filter((event) => event.message?.text.startsWith('both ')).length, 25);
  await connection.close();
  await other.close();
});

test('a client id is known after kill -9 and a restart', async () => {
  const own = await Server.start();
  try {
    const { session, connection, conversationId } = await visitor(own);
    const id = clientId();
    const first = await say(connection, conversationId, 'before the crash', id);
    await own.restart();
    const again = await visitorSocket(own, session, { resume: [{ conversationId, afterSeq: first.seq }] });
    const second = await say(again, conversationId, 'before the crash', id);
    assert.equal(second.seq, first.seq);
    const third = await say(again, conversationId, 'after the crash');
    assert.ok(third.seq > first.seq);
    const log = await (await demoAgent(own)).log(conversationId);
    assert.equal(log.filter(text('before the crash')).length, 1);
    assert.deepEqual(log.map((event) => event.seq), log.map((_, i) => i + 1));
    await again.close();
  } finally {
    await own.close();
  }
});

test('notes never reach a visitor, live or on resume, and leave no gap', async () => {
  const { session, connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'hello');
  const desk = await agentSocket(server, agent);
  await subscribe(desk, conversationId);
  const hidden = await note(desk, conversationId, 'SECRET the customer must not read this');
  await say(desk, conversationId, 'visible');
  await connection.event(text('visible'));

  const again = await visitorSocket(server, session, { resume: [{ conversationId, afterSeq: 0 }] });
  await again.event(text('visible'));
  for (const socket of [connection, again]) {
    assert.ok(!JSON.stringify(socket.frames).includes('SECRET'));
    assert.ok(socket.events().every((event) => event.seq !== hidden.seq));
  }
  assertContiguous(again, conversationId, 0);
  await desk.event((event) => event.note?.text.startsWith('SECRET'));
  await connection.close();
  await again.close();
  await desk.close();
});

test('claim, transfer, resolve and reopen are events that all agents see', async () => {
  const colleague = await demoAgent(server, 1);
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, 'help');
  const mine = await agentSocket(server, agent);
  const theirs = await agentSocket(server, colleague);
  await subscribe(mine, conversationId);
  await subscribe(theirs, conversationId);
  const append = (socket, command) => socket.request({ append: { conversationId, clientId: clientId(), ...command } });

  const before = (await agent.get(`/conversations/${conversationId}`));
  if (before.holder?.kind !== 'HOLDER_KIND_AGENT') await append(mine, { claim: {} });
  else if (before.holder.agentId !== agent.agent.id) {
    await append(theirs, { assign: { to: { kind: 'HOLDER_KIND_AGENT', agentId: agent.agent.id } } });
  }
  await assert.rejects(append(theirs, { claim: {} }), (error) => error instanceof Refused && error.code === 'already_held');

  await append(mine, { assign: { to: { kind: 'HOLDER_KIND_AGENT', agentId: colleague.agent.id }, comment: 'speaks Chinese' } });
  await theirs.event((event) => event.note?.text === 'speaks Chinese');
  const given = (event) => event.holderChanged?.to?.agentId === colleague.agent.id;
  await theirs.event(given);
  // P43: the visitor learns at once who has it now, and never what was said of it.
  await connection.event(given);
  assert.ok(!JSON.stringify(connection.frames).includes('speaks Chinese'), 'the comment is for agents');

  await append(theirs, { changeState: { to: 'CONVERSATION_STATE_RESOLVED' } });
  await mine.event((event) => event.stateChanged?.to === 'CONVERSATION_STATE_RESOLVED');
  assert.equal((await agent.get(`/conversations/${conversationId}`)).state, 'CONVERSATION_STATE_RESOLVED');
  await append(mine, { changeState: { to: 'CONVERSATION_STATE_OPEN' } });
  assert.equal((await agent.get(`/conversations/${conversationId}`)).state, 'CONVERSATION_STATE_OPEN');
  for (const socket of [connection, mine, theirs]) await socket.close();
});

test('seen goes forward only and reaches the other side', async () => {
  const { connection, conversationId } = await visitor(server);
  const { seq } = await say(connection, conversationId, 'read me');
  const desk = await agentSocket(server, agent);
  await subscribe(desk, conversationId);
  await desk.request({ append: { conversationId, clientId: clientId(), seen: { throughSeq: seq } } });
  const seen = await connection.event((event) => event.seen !== undefined && event.actor.kind === 'ACTOR_KIND_AGENT');
  assert.equal(seen.seen.throughSeq, seq);
  await connection.close();
  await desk.close();
});

test('P60 typing reaches the other side and is not stored', async () => {
  const { connection, conversationId } = await visitor(server);
  const { seq } = await say(connection, conversationId, 'hello');
  const desk = await agentSocket(server, agent);
  await subscribe(desk, conversationId);
  desk.send({ viewing: { conversationId } });
  connection.send({ typing: { conversationId, text: 'I am wri', active: true } });
  const signal = await desk.until((frame) => frame.typing?.conversationId === conversationId && frame.typing.active, 'typing');
  assert.equal(signal.typing.actor.kind, 'ACTOR_KIND_VISITOR');
  desk.send({ typing: { conversationId, active: true } });
  await connection.until((frame) => frame.typing?.active, 'typing of the agent');
  desk.send({ typing: { conversationId, active: true, note: true, text: 'hidden' } });
  await say(desk, conversationId, 'after the note was typed');
  await connection.event(text('after the note was typed'));
  assert.ok(!connection.frames.some((frame) => frame.typing?.note), 'typing of a note is not for visitors');
  const log = await agent.log(conversationId);
  assert.ok(!JSON.stringify(log).includes('I am wri'));
  assert.ok(seq < log.length + 1);
  await connection.close();
  await desk.close();
});

test('Chinese and English are found by full-text search, notes only by agents', async () => {
  const { connection, conversationId } = await visitor(server);
  await say(connection, conversationId, '请问无线充电器支持七天无理由退货吗');
  await say(connection, conversationId, 'The turquoise hovercraft has not arrived');
  for (const phrase of ['七天无理由', 'turquoise hovercraft', 'TURQUOISE']) {
    const hit = await eventually(async () => {
      const result = await agent.get(`/search?q=${encodeURIComponent(phrase)}`);
      return result.hits?.find((one) => one.conversationId === conversationId);
    }, `search finds ${phrase}`);
    assert.ok(hit.seq > 1);
  }
  await connection.close();
});

test('a frame that is no frame closes the connection with a code, and the server lives', async () => {
  for (const bad of ['not json', '{"append":', '[]', '{"hello":{"visitorToken":7}}']) {
    const session = await visitorSession(server);
    const connection = await visitorSocket(server, session);
    const closed = connection.whenClosed();
    connection.sendRaw(bad);
    const end = await Promise.race([
      closed,
      connection.until((frame) => frame.refusal, 'refusal').catch(() => closed),
    ]);
    assert.ok(end instanceof Closed ? end.code >= 1002 : end.refusal.code !== undefined, bad);
    if (!connection.closed) await connection.close();
  }
  assert.equal((await agent.call('GET', '/healthz')).status, 200);
});

/** Frames hand over without a hole: each starts where the one before ended (P41). */
function assertContiguous(connection, conversationId, afterSeq) {
  let through = afterSeq;
  for (const { events } of connection.frames) {
    if (!events || events.conversationId !== conversationId) continue;
    assert.equal(events.afterSeq ?? 0, through, 'a frame starts where the one before ended');
    through = events.throughSeq;
    for (const event of events.events ?? []) assert.ok(event.seq > (events.afterSeq ?? 0) && event.seq <= through);
  }
  return through;
}

/** Bytes of UTF-8 in one message (event.proto); longer ones are refused before they are sent. */
export const textBytesMax = 20_000
/** Bytes of a typing preview (frame.proto); longer text is cut at a character. */
export const typingTextBytesMax = 1_000
/** Unacknowledged messages of one browser; at it, sending answers `outbox_full` and the text stays in the composer. */
export const outboxEntriesMax = 200
/** Events of one conversation kept in memory; beyond it the oldest are let go and read again on scrolling up. */
export const conversationEventsMax = 5_000

/** Something waits for the server this long without an answer: the link is stalled, which is to be on the screen within 3 s. */
export const stallMs = 2_000
/** Something has waited this long: ask with a Ping whether anybody is there. */
export const probeMs = 1_500
/** And nothing at all has come for this long: the connection is given up and made anew. */
export const deadMs = 8_000
/** The server answers pings but not this: a new connection may do better. Resending is harmless. */
export const unansweredMs = 20_000
/** From opening the socket to Welcome. */
export const connectMs = 8_000
/** The heartbeat until Welcome names one. */
export const heartbeatDefaultMs = 25_000

export const backoffFirstMs = 250
/** While an outage is young, retries come this often, so that a restart of the server is over within 3 s. */
export const backoffYoungMaxMs = 2_000
export const outageYoungMs = 60_000
export const backoffMaxMs = 20_000

/** A typing signal is repeated at most this often. */
export const typingEveryMs = 2_000
/** A typing signal not renewed is over. */
export const typingExpiresMs = 7_000

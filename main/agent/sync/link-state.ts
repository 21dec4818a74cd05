/** What the two ways to the coordinator have come to. */
export interface LinkFacts {
  readonly socket: 'connected' | 'connecting' | 'offline'
  /** Why the socket is not open. */
  readonly socketMessage: string | null
  /** How the last report over HTTP ended; `null` before the first. */
  readonly http: { readonly ok: true } | { readonly ok: false; readonly message: string } | null
  /** What is wrong with the clock of this machine, in words. */
  readonly clock: string | null
  /** How the reports that piled up are getting on, in words. */
  readonly backlog: string | null
}

export interface LinkView {
  readonly state: 'connected' | 'connecting' | 'offline'
  readonly message: string | null
}

const HTTP_ONLY = 'Connected without a WebSocket, which something in between does not let through: news takes some seconds longer.'

function wayOf({ socket, socketMessage, http }: LinkFacts): LinkView {
  // An open socket over which nothing can be asked for is of no use: a request has to be taken too.
  if (http && !http.ok && socket === 'connected') return { state: 'offline', message: http.message }
  if (socket === 'connected') return { state: 'connected', message: null }
  if (http?.ok) return { state: 'connected', message: socket === 'offline' ? HTTP_ONLY : null }
  return socket === 'connecting' && !http ? { state: 'connecting', message: null } : { state: 'offline', message: http?.message ?? socketMessage }
}

/** How the link stands, and the one thing that its owner should know of it: what they can mend comes first. */
export function linkView(facts: LinkFacts): LinkView {
  const { state, message } = wayOf(facts)
  return { state, message: facts.clock ?? (state === 'connected' ? (facts.backlog ?? message) : message) }
}

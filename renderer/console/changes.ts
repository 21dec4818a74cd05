import { CHANGES_EVENT, CHANGES_HEARTBEAT_MS, CHANGES_PATH, ChangeNotice, type ChangeTopic } from '../../shared/contract/changes.ts'
import { refusalOf } from '../../shared/contract/http-transport.ts'
import type { WindowClock } from '../lib/clock.ts'
import { createEventReader } from './event-lines.ts'

const nothing = () => {}

/** Longer than this nothing is silent that is there. */
const SILENCE_MS = 2.5 * CHANGES_HEARTBEAT_MS

/** As browsers have it. */
export type Fetch = (address: string, init: RequestInit) => Promise<Response>

export interface ChangeStream {
  readonly fetch: Fetch
  readonly headers: Readonly<Record<string, string>>
  readonly clock: WindowClock
  readonly opened: () => void
  readonly changed: (topics: readonly ChangeTopic[]) => void
  readonly signal: AbortSignal
}

/** Reads what changes until the stream ends, for whatever reason. `refused` says why trying again cannot help; `null` where it may. */
export async function readChanges(stream: ChangeStream): Promise<{ readonly refused: string | null }> {
  const silence = new AbortController()
  const signal = AbortSignal.any([stream.signal, silence.signal])
  let cancel = nothing
  const heard = () => {
    cancel()
    cancel = stream.clock.after(SILENCE_MS, () => silence.abort())
  }
  heard()
  try {
    const answer = await stream.fetch(CHANGES_PATH, {
      headers: { ...stream.headers },
      credentials: 'same-origin',
      redirect: 'error',
      cache: 'no-store',
      signal,
    })
    if (!answer.ok) return { refused: await whyNot(answer) }
    stream.opened()
    const read = createEventReader()
    for await (const piece of textOf(answer)) {
      heard()
      for (const { event, data } of read(piece)) if (event === CHANGES_EVENT) stream.changed(topicsOf(data))
    }
    return { refused: null }
  } catch {
    // Broken off, silent, or not what it should be: in each case another try shows whether it lasts.
    return { refused: null }
  } finally {
    cancel()
  }
}

async function whyNot(answer: Response): Promise<string | null> {
  const { status } = answer
  if (status !== 401 && status !== 403) return null
  return refusalOf(status, new Uint8Array(await answer.arrayBuffer())).message
}

/** Error: SyntaxError or ZodError for what is not an event of ours. */
const topicsOf = (data: string): readonly ChangeTopic[] => ChangeNotice.parse(JSON.parse(data)).topics

async function* textOf({ body }: Response): AsyncGenerator<string> {
  if (!body) return
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}

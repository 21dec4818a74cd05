/** Many callers at once over plain sockets: requests are made before, answers are only counted, so that the caller costs little of the machine. */
import { connect, type Socket } from 'node:net'

export interface Prepared {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A request as it goes over the line. */
export function encodeRequest(host: string, { method, path, headers = {}, body = '' }: Prepared): Buffer {
  const lines = Object.entries({ host, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers })
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`)
}

interface Answer {
  readonly status: number
  readonly body: string
}

const HEAD_END = Buffer.from('\r\n\r\n')

/** Takes whole answers out of what has arrived. Answers come with their length. */
function takeAnswers(received: Buffer, take: (answer: Answer) => void): Buffer {
  let rest = received
  for (;;) {
    const end = rest.indexOf(HEAD_END)
    if (end === -1) return rest
    const head = rest.toString('latin1', 0, end)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (rest.length < end + 4 + length) return rest
    take({ status: Number(head.slice(9, 12)), body: rest.toString('utf8', end + 4, end + 4 + length) })
    rest = rest.subarray(end + 4 + length)
  }
}

interface Line {
  readonly ask: (request: Buffer) => Promise<Answer>
  readonly close: () => void
}

export async function openLine(url: string): Promise<Line> {
  const { hostname, port } = new URL(url)
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opened = connect(Number(port), hostname, () => resolve(opened)).once('error', reject)
  })
  socket.setNoDelay(true)
  const waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = []
  const fail = () => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`${url} closed the connection.`))
  }
  let received: Buffer = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    received = takeAnswers(received.length === 0 ? chunk : Buffer.concat([received, chunk]), (answer) => waiting.shift()?.resolve(answer))
  })
  socket.on('error', fail).on('close', fail)
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error(`${url} closed the connection.`))
        waiting.push({ resolve, reject })
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}

export interface Load {
  readonly url: string
  readonly lines: number
  /** The n-th request; `null` ends the load. */
  readonly request: (index: number) => Buffer | null
  readonly ms?: number
  readonly onAnswer?: (answer: Answer, index: number) => void
}

/** A closed loop: each line asks again as soon as it is answered, for `ms` or until there is nothing more to ask. Returns what was answered per second. */
export async function closedLoop({ url, lines, request, ms = Infinity, onAnswer }: Load): Promise<{ perSecond: number; answered: number; refused: number }> {
  const open = await Promise.all(Array.from({ length: lines }, () => openLine(url)))
  const started = performance.now()
  let [next, answered, refused] = [0, 0, 0]
  await Promise.all(
    open.map(async (line) => {
      while (performance.now() - started < ms) {
        const index = next++
        const asked = request(index)
        if (!asked) return
        const answer = await line.ask(asked)
        answered += 1
        if (answer.status >= 300) refused += 1
        onAnswer?.(answer, index)
      }
    }),
  )
  const seconds = (performance.now() - started) / 1_000
  for (const line of open) line.close()
  return { perSecond: answered / seconds, answered, refused }
}

/**
 * An open loop: requests start when they are due, however long the ones before take. What waits for a free line has waited all the same. Returns
 * milliseconds from when each was due until it was answered.
 */
export async function openLoop({ url, lines, request }: Omit<Load, 'ms' | 'onAnswer'>, perSecond: number): Promise<{ latencies: readonly number[] }> {
  const free = await Promise.all(Array.from({ length: lines }, () => openLine(url)))
  const all = [...free]
  const backlog: { readonly asked: Buffer; readonly due: number }[] = []
  const latencies: number[] = []
  const underway = new Set<Promise<void>>()
  const answerAll = async (line: Line, first: { readonly asked: Buffer; readonly due: number }): Promise<void> => {
    for (let next: typeof first | undefined = first; next; next = backlog.shift()) {
      await line.ask(next.asked)
      latencies.push(performance.now() - next.due)
    }
    free.push(line)
  }
  const started = performance.now()
  for (let index = 0, asked = request(0); asked; asked = request(index)) {
    const due = started + (index / perSecond) * 1_000
    if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
    const line = free.pop()
    if (line) underway.add(answerAll(line, { asked, due }))
    else backlog.push({ asked, due })
    index += 1
  }
  await Promise.all(underway)
  for (const line of all) line.close()
  return { latencies }
}

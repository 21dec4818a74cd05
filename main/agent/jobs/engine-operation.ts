import { z } from 'zod'
import type { PrepareProgress } from './runtime.ts'

const StreamEvent = z.object({
  status: z.string().default(''),
  id: z.string().optional(),
  error: z.string().optional(),
  progressDetail: z.object({ current: z.number().min(0).optional(), total: z.number().min(0).optional() }).optional(),
})
type StreamEvent = z.infer<typeof StreamEvent>

/** `total` is `null` until the engine has begun to fetch the layer. */
interface Layer {
  readonly received: number
  readonly total: number | null
}

const MAX_LAYERS = 512
const WAITING: Layer = { received: 0, total: null }

/** The words of Docker and Podman for what is on this machine now. */
const ARRIVED = /^(?:Already exists|Download complete|Pull complete|Verifying Checksum|Extracting)/

/** Where a layer stands after an event; `null` if the event says nothing about it. */
function advance(known: Layer | undefined, { status, progressDetail }: StreamEvent): Layer | null {
  const { received, total } = known ?? WAITING
  if (ARRIVED.test(status)) return { received: total ?? received, total: total ?? received }
  if (status === 'Downloading') {
    const { current = 0, total: announced } = progressDetail ?? {}
    return { received: Math.max(received, current), total: Math.max(announced ?? 0, total ?? 0, current) }
  }
  return /^(?:Pulling fs layer|Waiting)/.test(status) ? { received, total } : null
}

function progressOf(layers: ReadonlyMap<string, Layer>): PrepareProgress {
  const all = [...layers.values()]
  const isKnown = all.every(({ total }) => total !== null)
  return {
    receivedBytes: all.reduce((sum, { received }) => sum + received, 0),
    totalBytes: isKnown ? all.reduce((sum, { total }) => sum + (total ?? 0), 0) : null,
  }
}

/**
 * Reads the JSON lines that a load or pull answers with, and adds the layers up. What is received never shrinks; the total is `null` until
 * every layer has begun to arrive or is here. The HTTP status is 200 even if it fails: the failure is one of the lines.
 * Rejects with the engine's words, or with what `onProgress` throws.
 */
export async function followOperation(stream: AsyncIterable<unknown>, onProgress: (progress: PrepareProgress) => void): Promise<void> {
  const layers = new Map<string, Layer>()
  for await (const line of jsonLines(stream)) {
    const event = StreamEvent.parse(line)
    if (event.error !== undefined) throw new Error(event.error)
    if (event.id === undefined || (layers.size >= MAX_LAYERS && !layers.has(event.id))) continue
    const next = advance(layers.get(event.id), event)
    if (next === null) continue
    layers.set(event.id, next)
    onProgress(progressOf(layers))
  }
}

async function* jsonLines(stream: AsyncIterable<unknown>): AsyncGenerator {
  const decoder = new TextDecoder()
  let pending = ''
  for await (const chunk of stream) {
    const lines = (pending + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n')
    pending = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line)
  }
  if (pending.trim() !== '') yield JSON.parse(pending)
}

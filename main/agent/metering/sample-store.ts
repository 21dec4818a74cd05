import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { messageOf } from '../../../shared/errors.ts'
import { type Replay, replaySampleLog } from '../../../shared/domain/energy/replay.ts'
import type { SampleLogHeader } from '../../../shared/domain/energy/sample-log.ts'
import { sha256Hex } from '../../kernel/signing.ts'
import type { OldSampleLogs } from './old-sample-logs.store.ts'
import { KEPT, type Keeping, dropExcess, finishedLogs, packLog, packOld, readLog, readPackedLog, writeDurably } from './sample-keeping.ts'
import { type SampleWriter, type WriterDeps, createSampleWriter } from './sample-writer.ts'

const compress = promisify(gzip)

export interface SampleStoreDeps extends WriterDeps {
  /** A folder of its own in the data directory. */
  readonly directory: string
  /** Attempts whose proof the coordinator has not accepted yet: their logs are never dropped. */
  readonly openAttempts: () => Iterable<string>
  readonly old: OldSampleLogs
  readonly keeping?: Keeping
}

export interface SampleStore {
  /** Begins the log of an attempt, or goes on with the one that a crash left; `left` is what was measured before. */
  readonly open: (header: SampleLogHeader) => { readonly writer: SampleWriter; readonly left: Replay | null }
  /** What a crash left of an attempt, damaged lines apart; `null` if nothing. */
  readonly recover: (attemptId: string) => Replay | null
  /** The exact bytes that were logged, packed or not; `null` if there are none. Throws if the disk cannot be read. */
  readonly read: (attemptId: string) => Uint8Array | null
  /** The same as gzip (RFC 1952), which costs nothing for a log that is packed already. Rejects if the disk cannot be read. */
  readonly readPacked: (attemptId: string) => Promise<Uint8Array | null>
  /** Packs finished logs and drops the oldest beyond the limits. Never rejects. */
  readonly tidy: (now: number) => Promise<void>
}

/** Attempt ids come from outside and become file names. */
const nameOf = (attemptId: string): string => (/^[\w-]{1,80}$/.test(attemptId) ? attemptId : sha256Hex(attemptId))

/** What was measured on other devices cannot be gone on with. */
const sameDevices = (a: SampleLogHeader, b: SampleLogHeader): boolean =>
  a.nodeId === b.nodeId && a.attemptId === b.attemptId && String(hashesOf(a)) === String(hashesOf(b))
const hashesOf = ({ devices }: SampleLogHeader): string[] => devices.map(({ uuidHash }) => uuidHash).toSorted()

interface Kept extends SampleStoreDeps {
  /** Names of logs that are written at present. */
  readonly live: Set<string>
  /** What the disk did not take. */
  readonly unsaved: Map<string, Uint8Array>
}

/** Keeps the samples of every attempt in a file: for the meter after a crash, and for whoever challenges a proof. */
export function createSampleStore(deps: SampleStoreDeps): SampleStore {
  mkdirSync(deps.directory, { recursive: true, mode: 0o700 })
  const kept: Kept = { ...deps, live: new Set(), unsaved: new Map() }
  return {
    recover: (attemptId) => recover(kept, attemptId),
    read: (attemptId) => read(kept, attemptId),
    readPacked: async (attemptId) => readPacked(kept, attemptId),
    open: (header) => open(kept, header),
    async tidy(now) {
      try {
        await tidy(kept, now)
      } catch (error) {
        deps.log.warn({ directory: deps.directory, reason: messageOf(error) }, 'old samples could not be packed')
      }
    },
  }
}

function read({ directory, old, unsaved }: Kept, attemptId: string): Uint8Array | null {
  const bytes = readLog(directory, nameOf(attemptId)) ?? old.get(attemptId)
  const rest = unsaved.get(nameOf(attemptId))
  return rest ? Buffer.concat([bytes ?? new Uint8Array(), rest]) : bytes
}

async function readPacked(kept: Kept, attemptId: string): Promise<Uint8Array | null> {
  const name = nameOf(attemptId)
  const packed = kept.unsaved.has(name) ? null : readPackedLog(kept.directory, name)
  if (packed) return packed
  const log = read(kept, attemptId)
  // The fastest level: somebody waits, and most of a log are digits that no level makes much smaller.
  return log && compress(log, { level: constants.Z_BEST_SPEED })
}

function recover(kept: Kept, attemptId: string, keep?: (line: string) => void): Replay | null {
  try {
    const bytes = read(kept, attemptId)
    const replay = bytes && replaySampleLog(bytes, { lenient: true, ...(keep && { keep }) })
    return replay && 'header' in replay ? replay : null
  } catch (error) {
    kept.log.warn({ attemptId, reason: messageOf(error) }, 'the samples of an attempt cannot be read')
    return null
  }
}

function open(kept: Kept, header: SampleLogHeader): ReturnType<SampleStore['open']> {
  const { directory, live, unsaved } = kept
  const name = nameOf(header.attemptId)
  const lines: string[] = []
  const found = recover(kept, header.attemptId, (line) => lines.push(line))
  const left = found && sameDevices(found.header, header) ? found : null
  const writer = startWriter(join(directory, `${name}.jsonl`), left ? lines : [JSON.stringify(header)], kept)
  live.add(name)
  unsaved.delete(name)
  const end: SampleWriter['end'] = () => {
    const ended = writer.end()
    live.delete(name)
    if (ended.unsaved.byteLength > 0) unsaved.set(name, ended.unsaved)
    return ended
  }
  return { writer: { ...writer, end }, left }
}

async function tidy({ directory, old, live, unsaved, openAttempts, keeping = KEPT }: Kept, now: number): Promise<void> {
  for (const attemptId of old.attempts()) {
    packOld(directory, nameOf(attemptId), old.get(attemptId) ?? new Uint8Array())
    old.remove(attemptId)
  }
  const isBusy = (name: string): boolean => live.has(name) || unsaved.has(name)
  for (const name of finishedLogs(directory)) if (!isBusy(name)) await packLog(directory, name, isBusy)
  const waiting = new Set([...openAttempts()].map(nameOf))
  dropExcess(directory, { ...keeping, now, isKept: (name) => waiting.has(name) || live.has(name) })
}

/** What a crash damaged is written anew, whole, before anything is added. */
function startWriter(file: string, lines: readonly string[], deps: SampleStoreDeps): SampleWriter {
  const start = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  try {
    writeDurably(file, start)
    return createSampleWriter(file, deps, start)
  } catch {
    const writer = createSampleWriter(file, deps)
    writer.add(lines)
    return writer
  }
}

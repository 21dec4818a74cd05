import { join } from 'node:path'
import type { LaunchChild } from '../../kernel/child.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Environment } from './environment.ts'
import type { Listed, LookFailed, NvidiaReader } from './nvidia-look.ts'
import type { SmiCard, SmiInventory } from './nvidia-smi-log.ts'
import { type SmiProcesses, createSmiProcesses } from './nvidia-smi-processes.ts'
import { findNvidiaSmi, smiEnvironment } from './nvidia-smi-program.ts'
import { SmiReply, type SmiRequest } from './nvidia-smi-protocol.ts'
import type { SmiProgram } from './nvidia-smi-run.ts'
import { smiMethod, smiSource } from './nvidia-smi-source.ts'
import { type SmiStream, type SmiStreamOptions, createSmiStream } from './nvidia-smi-stream.ts'
import { queryColumns } from './nvidia-smi-table.ts'
import { sysfsBusId } from './pci.ts'
import { type ReaderHost, createReaderHost } from './reader-host.ts'

export interface SmiReaderDeps {
  readonly clock: Clock
  readonly environment: Environment
  readonly launch: LaunchChild
}

interface Opened {
  readonly program: SmiProgram
  readonly host: ReaderHost<SmiRequest, SmiReply>
  readonly processes: SmiProcesses
  streaming: (SmiStreamOptions & { readonly stream: SmiStream; readonly end: () => void }) | null
}

/** On servers with many GPUs the full report takes 6 s. */
const INVENTORY_TIMEOUT_MS = 20_000
/** A 1 s average loses nothing between two looks; instant power has to be looked at as often as the sensor renews it. */
const AVERAGE_INTERVAL_MS = 1_000
const INSTANT_INTERVAL_MS = 100
const MISSING: LookFailed = { failed: 'cannot-load', advice: 'Neither the NVIDIA management library nor nvidia-smi is installed. Reinstall the NVIDIA driver.' }

/** Reads NVIDIA cards through `nvidia-smi`, for machines where the library cannot be loaded. Ends with `signal`. */
export function createSmiReader(deps: SmiReaderDeps, signal: AbortSignal): NvidiaReader {
  let opened: Opened | null = null
  return {
    installed: () => findNvidiaSmi(deps) !== null,
    async look(_at, callSignal) {
      const path = findNvidiaSmi(deps)
      if (path === null) return MISSING
      if (opened?.program.path !== path) {
        opened?.streaming?.end()
        opened = open(path, deps, signal)
      }
      return look(opened, { signal, callSignal })
    },
  }
}

function open(path: string, { clock, environment, launch }: SmiReaderDeps, signal: AbortSignal): Opened {
  const program: SmiProgram = { path, environment: smiEnvironment(path, environment), clock }
  const child = { name: 'nvidia-smi-child', file: join(import.meta.dirname, 'nvidia-smi-child.ts'), args: [], environment: program.environment }
  const host = createReaderHost<SmiRequest, SmiReply>({ program: child, launch, clock, reply: SmiReply, timeoutMs: () => INVENTORY_TIMEOUT_MS, judge }, signal)
  return { program, host, processes: createSmiProcesses(program, signal), streaming: null }
}

const judge = (reply: SmiReply) => ('inventory' in reply ? 'works' : 'says-nothing')

async function look(opened: Opened, { signal, callSignal }: { signal: AbortSignal; callSignal: AbortSignal }): Promise<Listed | LookFailed> {
  const answer = await opened.host.ask({ ask: 'inventory' }, callSignal)
  opened.host.rest()
  if ('down' in answer) return { failed: 'down', advice: 'nvidia-smi does not answer. Restart the machine.' }
  if ('error' in answer) return { failed: 'refused', advice: `nvidia-smi fails: ${answer.error}` }
  return list(opened, answer.inventory, signal)
}

function list(opened: Opened, { driver, cards }: SmiInventory, signal: AbortSignal): Listed {
  const meter = { clock: opened.program.clock, driver, stream: streamFor(opened, cards, signal), processes: opened.processes }
  const made = cards.map((card) => ({ card, source: smiSource(card, meter) }))
  return {
    sources: made.flatMap(({ source }) => source ?? []),
    unmetered: made.flatMap(({ card, source }) => (source ? [] : [{ name: card.name, busId: card.busId === null ? null : sysfsBusId(card.busId) }])),
  }
}

/** The stream that runs goes on as long as it suits the cards, so that a measurement under way does too. */
function streamFor(opened: Opened, cards: readonly SmiCard[], signal: AbortSignal): SmiStream {
  const options = streamOptions(cards)
  if (opened.streaming?.intervalMs === options.intervalMs && opened.streaming.columns.length === options.columns.length) return opened.streaming.stream
  opened.streaming?.end()
  const ended = new AbortController()
  const stream = createSmiStream(opened.program, options, AbortSignal.any([signal, ended.signal]))
  opened.streaming = { ...options, stream, end: () => ended.abort() }
  return stream
}

function streamOptions(cards: readonly SmiCard[]): SmiStreamOptions {
  const isInstant = cards.some((card) => smiMethod(card) === 'power-instant')
  return { columns: queryColumns(cards.some(({ averageMw }) => averageMw !== null)), intervalMs: isInstant ? INSTANT_INTERVAL_MS : AVERAGE_INTERVAL_MS }
}

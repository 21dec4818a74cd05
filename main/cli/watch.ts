/** `--watch`: what a command shows, again whenever it changes. */
import type { Command } from 'commander'
import { WindfallError, messageOf, toProblem } from '../../shared/errors.ts'
import { type Clock, systemClock } from '../kernel/clock.ts'
import { EXIT } from './exit-codes.ts'
import type { Output } from './output.ts'
import { stopOnSignals } from './running.ts'
import { type WatchPorts, watchStatus } from './status-watch.ts'
import { widthOf } from './text-width.ts'

/** What is looked at, and how it is shown. */
export interface View<T> {
  readonly look: () => Promise<T>
  readonly lines: (now: T) => readonly string[]
  /** What programs are given; the value itself where this is not said. */
  readonly json?: (now: T) => unknown
  /** Whether nothing about it can change any more. */
  readonly isOver?: (now: T) => boolean
  /** What it says of the command's success. */
  readonly exitCode?: (now: T) => number
  /** Tells of changes, where somebody does; otherwise it is looked at every two seconds. */
  readonly news?: Pick<WatchPorts<T>, 'listen' | 'isNews'>
}

export interface Screen {
  readonly columns: number
  readonly rows: number
}

export interface WatchShell {
  readonly clock: Clock
  readonly output: Output
  /** Asked for each drawing, since windows change; `null` where nothing can be drawn over. */
  readonly screen: () => Screen | null
}

const LOOK_MS = 2_000
const END = 'Ctrl-C ends this.'

/** Codes of what may pass by itself: a coordinator that restarts, a network that comes back. */
export const PASSING: ReadonlySet<string> = new Set([
  'unavailable',
  'instance.missing',
  'rate.limited',
  'chain.unavailable',
  'grid.unavailable',
  'request.garbled',
])

/** A screen holds no more than its rows, in which long lines take several; what does not fit is counted. */
export function fitted(lines: readonly string[], { columns, rows }: Screen): string[] {
  const rowsOf = (text: string): number => Math.max(1, Math.ceil(widthOf(text) / Math.max(1, columns)))
  const heights = lines.flatMap((line) => line.split('\n')).map((line) => [line, rowsOf(line)] as const)
  const room = Math.max(1, rows - 3)
  const kept: string[] = []
  let used = 0
  for (const [line, height] of heights) {
    if (used + height > room) return [...kept, `… and ${heights.length - kept.length} more lines; a taller window shows them`]
    kept.push(line)
    used += height
  }
  return kept
}

function showOn<T>({ lines, json }: View<T>, { output, screen }: WatchShell): (now: T) => void {
  return (now) => {
    const size = screen()
    if (size !== null) output.clear()
    output.answer(json ? json(now) : now, () => (size === null ? [...lines(now), ''] : [...fitted(lines(now), size), '', END]))
  }
}

/** Says once that nobody answers, and ends for what waiting does not mend. */
function lostOn({ json, answer, progress }: Output): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof WindfallError) || !PASSING.has(error.code)) throw error
    if (json) answer({ error: toProblem(error) }, () => [])
    progress(`${messageOf(error)} Waiting for it…`)
  }
}

/** Shows a view whenever it has changed, over restarts of whoever answers, until it is over or `signal` aborts. Returns the exit code. Rejects with what waiting does not mend. */
export async function watchView<T>(view: View<T>, shell: WatchShell, signal: AbortSignal): Promise<number> {
  const over = new AbortController()
  const show = showOn(view, shell)
  let exitCode: number = EXIT.ok
  const shown = (now: T) => {
    show(now)
    if (!view.isOver?.(now)) return
    exitCode = view.exitCode?.(now) ?? EXIT.ok
    over.abort()
  }
  const news = view.news ?? { listen: async () => undefined, isNews: () => false }
  const every = view.news ? {} : { everyMs: LOOK_MS }
  await watchStatus(
    { clock: shell.clock, status: view.look, ...news, ...every, show: shown, lost: lostOn(shell.output) },
    AbortSignal.any([signal, over.signal]),
  )
  return exitCode
}

/** The terminal, if it can be drawn over: not a pipe, and none that takes escape sequences for text. */
export const screenHere = (output: Output): Screen | null =>
  process.stdout.isTTY && process.env['TERM'] !== 'dumb' && !output.json ? { columns: process.stdout.columns, rows: process.stdout.rows } : null

export interface WatchOption {
  readonly watch?: boolean
}

/** The option; `until` says when it ends by itself. */
export const watchOption = (command: Command, until = 'until Ctrl-C'): Command =>
  command.option('--watch', `stay, and show it again whenever it changes, ${until}`)

/** Shows a view once, or with `--watch` whenever it changes. Returns the exit code. */
export async function showOrWatch<T>(view: View<T>, { watch }: WatchOption, output: Output): Promise<number> {
  if (!watch) {
    const now = await view.look()
    output.answer(view.json ? view.json(now) : now, () => view.lines(now))
    return view.exitCode?.(now) ?? EXIT.ok
  }
  using stop = stopOnSignals(() => undefined)
  // Whoever watches something that is not there has mistyped it.
  await view.look()
  return watchView(view, { clock: systemClock, output, screen: () => screenHere(output) }, stop.signal)
}

/** How long the frames of a page take, and how much of a processor its longest task. */
import type { Page } from '@playwright/test'

export interface Frames {
  readonly all: readonly number[]
  readonly worstMs: number
  /** Processor time of the longest task of the page's main thread, milliseconds: what the page itself is to blame for, however busy the machine is. */
  readonly longestTaskMs: number
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds of processor time. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

const TASKS = ['toplevel', 'disabled-by-default-devtools.timeline']

/** The longest task of any page's main thread in a trace. */
function longestTask(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as { traceEvents: readonly TraceEvent[] }
  const mains = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`),
  )
  return Math.max(0, ...traceEvents.filter(({ name, pid, tid }) => name.endsWith('RunTask') && mains.has(`${pid} ${tid}`)).map(({ tdur = 0 }) => tdur)) / 1_000
}

declare global {
  /** In the world of a page. */
  var benchFrames: { frames: number[]; on: boolean }
}

/** How long each frame of a page takes, milliseconds, while `work` goes on. */
export async function framesDuring(page: Page, work: () => Promise<unknown>): Promise<Frames> {
  const browser = page.context().browser()
  await page.evaluate(() => {
    const record: typeof globalThis.benchFrames = { frames: [], on: true }
    globalThis.benchFrames = record
    let last = performance.now()
    const step = (now: number) => {
      record.frames.push(now - last)
      last = now
      if (record.on) requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })
  await browser?.startTracing(page, { categories: TASKS })
  await work()
  const trace = await browser?.stopTracing()
  const all = await page.evaluate(() => {
    const { benchFrames } = globalThis
    benchFrames.on = false
    return benchFrames.frames
  })
  // The first begins when the measurement does.
  const frames = all.slice(1)
  return { all: frames, worstMs: Math.max(...frames), longestTaskMs: trace ? longestTask(trace) : Number.NaN }
}

import { expect, test, vi } from 'vitest'
import { AT_START, type Pace, keepHeapSmall, paceAfter } from './small-heap.ts'

const after = (...shares: readonly number[]): Pace => shares.reduce(paceAfter, AT_START)
const seconds = (count: number, share: number): readonly number[] => Array<number>(count).fill(share)
const [CALM, RUSH] = [after(...seconds(10, 0)).growth, after(1).growth]

test('the heap may grow far while a lot is done, and little once little was done for ten seconds', () => {
  expect(RUSH).toBeGreaterThan(CALM)
  expect(AT_START.growth).toBe(RUSH)
  expect(after(...seconds(9, 0.03)).growth).toBe(RUSH)
  expect(after(...seconds(10, 0.49)).growth).toBe(CALM)
})

test('a rush is seen at once, and one busy second begins the wait for its end anew', () => {
  const calm = seconds(10, 0)
  expect(after(...calm, 0.5).growth).toBe(RUSH)
  expect(after(...calm, 1, ...seconds(9, 0)).growth).toBe(RUSH)
  expect(after(...seconds(9, 0), 1, ...seconds(9, 0)).growth).toBe(RUSH)
  expect(after(...calm, 1, ...calm).growth).toBe(CALM)
})

test('compiled machine code is never flushed: the engine compiles in the background, and would end the process over it', async () => {
  vi.useFakeTimers()
  vi.spyOn(process, 'cpuUsage').mockReturnValue({ user: 0, system: 0 })
  try {
    const flags: string[] = []
    const collect = vi.fn<() => void>()
    keepHeapSmall({ setFlag: (flag) => void flags.push(flag.replace(/=.*/, '')), collect })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(collect).toHaveBeenCalled()
    expect(new Set(flags)).toEqual(new Set(['--heap-growing-percent', '--bytecode-old-age']))
  } finally {
    vi.useRealTimers()
    vi.restoreAllMocks()
  }
})

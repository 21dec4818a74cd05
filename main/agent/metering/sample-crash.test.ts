import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { seeded } from '../../../shared/domain/energy/synthetic-load.fake.ts'
import { createFakeClock } from '../../kernel/clock.fake.ts'
import { SILENT, testFolder } from './meter.fixture.ts'
import { createSampleStore } from './sample-store.ts'

const WATTS = 300
const GARBAGE = ['', '[0,1', '\u0000\u0000\u0000\u0000', '{"event":"sus', '[0,9e99,1,1,1]\n[0,']

/** Starts a meter at `startMs` and kills it after so many of its seconds. Returns the last moment it told. */
async function killAfter(seconds: number, directory: string, startMs: number): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./sample-crash.fixture.ts', import.meta.url)), directory, String(startMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let last = startMs
  for await (const line of createInterface(child.stdout)) {
    last = Number(line)
    if (last >= startMs + seconds * 1_000) child.kill('SIGKILL')
  }
  await ended
  return last
}

const storeOf = (directory: string) =>
  createSampleStore({
    directory,
    clock: createFakeClock(),
    log: SILENT,
    openAttempts: () => [],
    old: { get: () => null, attempts: () => [], remove: () => undefined },
  })

test('a meter that is killed loses at most a second, also when it goes on and is killed again', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const random = seeded(seed)
  const directory = testFolder()
  let killedAt = 0
  let energy = 0
  for (let kill = 0; kill < 10; kill++) {
    // The machine does its work while no agent runs: the counter knows of it.
    const startMs = killedAt + (kill === 0 ? 0 : Math.floor(random() * 20_000))
    killedAt = await killAfter(1 + Math.floor(random() * 40), directory, startMs)
    const replay = storeOf(directory).recover('attempt')
    energy = replay?.conclusion.boardJ ?? Number.NaN
    expect(Math.abs(energy - (killedAt * WATTS) / 1_000), `seed ${seed}, kill ${kill}`).toBeLessThanOrEqual(WATTS + 1e-6)
    expect(replay?.resumes).toBe(kill)
    expect(replay?.conclusion.coverage).toBeGreaterThan(0.99)
    appendFileSync(join(directory, 'attempt.jsonl'), GARBAGE[Math.floor(random() * GARBAGE.length)] ?? '')
    expect(storeOf(directory).recover('attempt')?.conclusion.boardJ).toBe(energy)
  }
})

import type { JobLimits } from '../../../../shared/contract/job.ts'
import { expect, vi } from 'vitest'
import { type Attempt, LIMITS, NEVER, engine, prepareImage, removeImages, runScript, runtimeOf } from '../docker.fixture.ts'
import { type Failure, failureOfResult } from '../failure.ts'
import type { TestImage } from '../image.fixture.ts'
import type { Runtime } from '../runtime.ts'
import { attackImage } from './attack.fixture.ts'
import { createBystanders, inventory, leftovers, strays } from './bystanders.fixture.ts'
import { type Host, createHost } from './host.fixture.ts'

/** A hostile job takes this long at most, and then some for creating, ending and removing its container on a busy machine. */
const WALL_SECONDS = 20
const AROUND_MS = 20_000

interface Fought extends Attempt {
  /** The end of its log, read when it was over; what was seen live may lack the last words. */
  readonly said: string
  /** What its owner and its requester are told; `null` if the job is to be proven and paid. */
  readonly failure: Failure | null
}

type Request = NonNullable<Parameters<typeof runScript>[3]>
type Change = Omit<Request, 'limits'> & { readonly limits?: Partial<JobLimits> }

export interface Arena {
  readonly host: Host
  readonly runtime: Runtime
  readonly image: string
  /** Runs a hostile script as a job. Fails unless it ends in its time. */
  readonly fight: (script: string, change?: Change, runtime?: Runtime) => Promise<Fought>
  /** Prepares another image; it is gone at the end. */
  readonly load: (built: TestImage, runtime?: Runtime) => Promise<string>
  /** For `afterAll`: nothing on this machine or of anybody else has changed, and nothing of ours is left. */
  readonly close: () => Promise<void>
}

/** A place for hostile jobs on the real engine, with a host and bystanders to harm. */
export async function openArena(name: string): Promise<Arena> {
  const agentId = `${name}-${process.pid}`
  const runtime = runtimeOf(agentId)
  const loaded = new Set<string>()
  const load: Arena['load'] = async (built, by = runtime) => {
    loaded.add(built.image)
    await prepareImage(built, by)
    return built.image
  }
  const before = await inventory()
  const image = await load(await attackImage())
  const host = await createHost()
  const bystanders = await createBystanders(image, agentId)
  const observe = async () => ({ host: host.observe(), bystanders: await bystanders.observe() })
  const unharmed = await observe()
  return {
    host,
    runtime,
    image,
    load,
    fight: (script, change, by = runtime) => fight(by, script, { image, ...change }),
    async close() {
      expect(await observe()).toEqual(unharmed)
      await bystanders[Symbol.asyncDispose]()
      await host[Symbol.asyncDispose]()
      await removeImages()
      await vi.waitFor(() => expectNothingLeft(runtime, agentId), { timeout: 60_000 })
      expect(await strays(before, loaded)).toEqual([])
      for (const one of loaded) expect(await engine.inspectImage(one, NEVER)).toBeNull()
    },
  }
}

/** An engine that is busy removes later what it could not at once, when it is asked again. */
async function expectNothingLeft(runtime: Runtime, agentId: string): Promise<void> {
  await runtime.sweep([], NEVER)
  expect(await leftovers(agentId)).toEqual([])
}

async function fight(runtime: Runtime, script: string, change: Change & { readonly image: string }): Promise<Fought> {
  const limits = { ...LIMITS, wallSeconds: WALL_SECONDS, ...change.limits }
  const began = performance.now()
  // Both streams through one pipe: the engine keeps no order between two.
  const attempt = await runScript(runtime, change.image, `exec 2>&1; ${script}`, { ...change, limits })
  expect(performance.now() - began).toBeLessThan(limits.wallSeconds * 1_000 + AROUND_MS)
  return { ...attempt, said: attempt.result.logTail.trim(), failure: failureOfResult(attempt.result, NEVER) }
}

import { afterAll, beforeAll, expect } from 'vitest'
import { AGENT_LABEL } from './container-spec.ts'
import { LIMITS, NEVER, engine, prepareImage, removeImages, runtimeOf } from './docker.fixture.ts'
import { shellImage } from './image.fixture.ts'
import type { RunRequest, Runtime } from './runtime.ts'

export interface TestAgent {
  readonly agentId: string
  /** Known once the tests run. */
  readonly image: () => string
  readonly runtime: (change?: Parameters<typeof runtimeOf>[1]) => Required<Runtime>
  /** A request to run this script, each as an attempt and a job of its own unless it says otherwise. */
  readonly request: (script: string, change?: Partial<RunRequest>) => RunRequest
}

/** An agent on the real engine for one test file, with an image of its own. After the last test nothing of it may be left. */
export function testAgent(name: string): TestAgent {
  const agentId = `test-${name}-${process.pid}`
  let image = ''
  let attempts = 0
  beforeAll(async () => {
    // An image of its own: another run on the same engine takes its image away when it ends.
    const built = await shellImage({ Labels: { run: agentId } })
    image = built.image
    await prepareImage(built, runtimeOf(agentId))
  })
  afterAll(async () => {
    expect(await engine.list(`${AGENT_LABEL}=${agentId}`, NEVER)).toEqual([])
    await removeImages()
  })
  return {
    agentId,
    image: () => image,
    runtime: (change) => runtimeOf(agentId, change),
    request(script, change = {}) {
      attempts += 1
      const attemptId = change.attemptId ?? `${name}-${process.pid}-${attempts}`
      return { attemptId, jobId: `job-of-${attemptId}`, leaseId: 'l', image, args: [script], env: {}, limits: LIMITS, gpuUuids: [], ...change }
    },
  }
}

import { expect, test } from 'vitest'
import { dockerDeps } from '../../main/agent/jobs/docker.fixture.ts'
import { createDockerRuntime } from '../../main/agent/jobs/docker-runtime.ts'
import { findBusybox } from './busybox.ts'
import { dockerSample } from './samples.ts'

const NEVER = new AbortController().signal

test('the Docker sample runs as submitted, with exactly the result its requester expects', { timeout: 180_000 }, async () => {
  const busybox = findBusybox()
  if (!busybox) throw new Error('this test needs a static BusyBox (Debian: busybox-static)')
  const { spec, archive } = dockerSample({ busybox, deadline: '2026-11-21T14:30:00.000Z' })
  const runtime = createDockerRuntime(dockerDeps(`sample-${process.pid}`))
  await runtime.prepare({ runtime: spec.runtime, fetchArchive: async () => archive }, () => undefined, NEVER)
  const request = {
    attemptId: `sample-${process.pid}`,
    jobId: 'j',
    leaseId: 'l',
    image: spec.runtime.image,
    args: spec.args,
    env: spec.env,
    limits: spec.limits,
    gpuUuids: [],
  }
  const result = await runtime.run(request, { onStarted: () => undefined, onLog: () => undefined }, NEVER)
  expect(result).toMatchObject({ end: 'exited', exitCode: 0, outputSha256: spec.outputSha256 })
})

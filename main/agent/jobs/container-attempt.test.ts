import { expect, test } from 'vitest'
import { type AttemptDeps, runInContainer } from './container-attempt.ts'
import { LIMITS, NEVER, dockerDeps } from './docker.fixture.ts'

const IMAGE = `sha256:${'a'.repeat(64)}`

/** An engine with one image that cannot make a container: what is refused before that never gets there. */
function depsWith(version: string | null): AttemptDeps {
  const deps = dockerDeps('agent')
  const image = { id: IMAGE, os: 'linux', repoDigests: [], tags: [], bytes: 1, entrypoint: ['/app'], cmd: [], env: [], volumes: [], workingDir: '', labels: [] }
  const engine = {
    ...deps.engine,
    inspectImage: async () => image,
    describe: async () => ({ version: '28', os: 'linux', cpus: 2, missing: [], cdiDevices: [], takesSeccomp: true }),
    createVolume: () => Promise.reject(new Error('got as far as a container')),
    list: async () => [],
  }
  return { ...deps, engine, toolkitVersion: async () => version }
}

const run = (deps: AttemptDeps, gpuUuids: string[]) => {
  const request = { attemptId: 'a', jobId: 'j', leaseId: 'l', image: IMAGE, args: [], env: {}, limits: LIMITS, gpuUuids }
  return runInContainer(deps, { request, imageId: IMAGE, hooks: { onStarted: () => undefined, onLog: () => undefined } }, NEVER)
}

test('a toolkit from which images have escaped gets no GPU job, and a processor job does not care', async () => {
  await expect(run(depsWith('1.17.7'), ['GPU-1'])).rejects.toMatchObject({
    code: 'runtime.unavailable',
    message: expect.stringContaining('Update it to 1.17.8'),
  })
  await expect(run(depsWith('1.17.7'), [])).rejects.toThrow('got as far as a container')
  await expect(run(depsWith('1.17.8'), ['GPU-1'])).rejects.toThrow('got as far as a container')
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { skipFor } from '../../main/kernel/requirement.fixture.ts'
import { temporaryDirectory, until } from '../support/windfall.ts'
import { type ChainDoor, openChainDoor } from './chain-door.ts'
import { composeScenario } from './compose.scenario.ts'
import { missingHelm } from './helm.ts'
import { podScenario } from './pod.scenario.ts'
import { IMAGE, buildImages, docker, findCompose, missingEngine, removeImages } from './engine.ts'

const missing = await missingEngine()
const reason = missing === null ? null : skipFor('the container image', missing)
const compose = await findCompose()
const composeReason = compose === null ? skipFor('the Compose file', 'neither “docker compose” nor “docker-compose” is here') : null

/** A dozen containers, each of which is a copy of the whole image where the engine cannot layer; what hangs is ended, nothing that only is slow comes near. */
const SLOW = { timeout: 600_000 }
const LOCKED = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']

describe.skipIf(reason !== null)('the container image', () => {
  const containers: string[] = []
  const folder = temporaryDirectory()
  let chain: ChainDoor | null = null
  const start = async (...args: string[]): Promise<string> => {
    const id = await docker('run', '--detach', ...args)
    containers.push(id)
    return id
  }

  beforeAll(async () => {
    await buildImages()
    chain = await openChainDoor(folder.path)
  }, SLOW.timeout)
  afterAll(async () => {
    for (const id of containers) await docker('rm', '--force', '--volumes', id)
    await chain?.[Symbol.asyncDispose]()
    await removeImages()
    folder[Symbol.dispose]()
  }, SLOW.timeout)

  test('runs without root, without a shell and on a file system it cannot change; it is healthy, and stops when it is told', async () => {
    const coordinator = await start('--health-interval=1s', ...LOCKED, IMAGE, 'coordinator', 'run', '--no-live-grid', '--rpc', chain?.url ?? '')
    await until(
      () => docker('inspect', '--format', '{{.State.Status}} {{.State.Health.Status}}', coordinator),
      (state) => state === 'running healthy',
      { what: 'a healthy coordinator' },
    )
    expect(await docker('inspect', '--format', '{{.Config.User}}', IMAGE)).toBe('10001:10001')
    expect(JSON.parse(await docker('exec', coordinator, 'windfall', 'coordinator', 'status', '--json'))).toMatchObject({ unowned: [] })
    const ip = await docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', coordinator)
    for (const page of ['/console/', '/healthz', '/openapi.json']) expect([page, (await fetch(`http://${ip}:7465${page}`)).status]).toEqual([page, 200])
    await docker('stop', '--time', '60', coordinator)
    expect(await docker('inspect', '--format', '{{.State.ExitCode}}', coordinator)).toBe('0')
  })

  test.skipIf(composeReason !== null)(
    'the Compose file starts a coordinator and an agent; an upgrade in the middle of a job, the way back, a stop and a start lose nothing',
    SLOW,
    () => composeScenario(compose ?? [], chain?.url ?? ''),
  )

  test.skipIf(missingHelm() !== null)(
    'the pod of the Helm chart becomes ready, does a job, ends in time and in order, and has everything when it starts again',
    () => podScenario(chain?.url ?? ''),
  )
})

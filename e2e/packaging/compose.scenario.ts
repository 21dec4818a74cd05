import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { freePort } from '../../main/kernel/free-port.fixture.ts'
import type { JobView } from '../../shared/contract/job.ts'
import type { Books } from '../support/fleet.ts'
import { temporaryDirectory, until } from '../support/windfall.ts'
import { IMAGE, NEXT_IMAGE, NEXT_VERSION, asRootAt } from './engine.ts'

const run = promisify(execFile)
const DEPLOY = 'resources/deploy'
/** The account of the image. */
const ACCOUNT = 10_001

/** What a test adds to the file: a chain whose coins are worth nothing, and days that pass quickly. */
const ON_A_TEST_CHAIN = `services:
  coordinator:
    command: [coordinator, run, --no-live-grid, --test-funds]
    environment:
      WINDFALL_HEARTBEAT_MS: '1000'
      WINDFALL_LEASE_TTL_MS: '20000'
      WINDFALL_PAYOUT_THRESHOLD_LAMPORTS: '0'
      WINDFALL_MICRO_USD_PER_SOL: '1500000'
`

const [, LOCAL = ''] = IMAGE.split(':')
const [REPOSITORY = '', NEXT = ''] = NEXT_IMAGE.split(':')

/** An operator's folder: our files as they are, their example of settings with what this test says instead, and one secret. */
async function project(folder: string, rpcUrl: string) {
  for (const part of ['compose', 'prometheus', 'grafana']) cpSync(join(DEPLOY, part), join(folder, part), { recursive: true })
  const place = join(folder, 'compose')
  const secrets = join(place, 'secrets')
  mkdirSync(join(secrets, 'agent'), { recursive: true })
  writeFileSync(join(secrets, 'rpc-url'), rpcUrl, { mode: 0o600 })
  const own = (user: number, group: number) =>
    asRootAt(secrets, `for (const path of ['/at/agent', '/at/rpc-url', '/at']) fs.chownSync(path, ${user}, ${group})`)
  await own(ACCOUNT, ACCOUNT)
  writeFileSync(join(place, 'test.yaml'), ON_A_TEST_CHAIN)
  const example = readFileSync(join(place, '.env.example'), 'utf8')
  const said: Readonly<Record<string, string>> = {
    WINDFALL_IMAGE: REPOSITORY,
    WINDFALL_VERSION: LOCAL,
    WINDFALL_ENROLMENT: 'open',
    PUBLISH: `127.0.0.1:${await freePort()}`,
    AGENT_OPTIONS: `--zone GB-13 --gate always --test-wallet ${rpcUrl}`,
  }
  const say = (more: Readonly<Record<string, string>>) =>
    writeFileSync(
      join(place, '.env'),
      Object.entries({ ...said, ...more }).reduce((text, [name, value]) => text.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`), example),
    )
  say({})
  return { place, say, giveBack: () => own(process.getuid?.() ?? 0, process.getgid?.() ?? 0) }
}

/** Who runs a project by Compose, and asks its coordinator for things by the command in the container. */
function operatorOf([file = '', ...first]: readonly string[], place: string) {
  const named = ['--project-name', `windfall-test-${process.pid}`, '-f', 'compose.yaml', '-f', 'test.yaml', '--profile', 'agent']
  const compose = async (...args: string[]): Promise<string> => (await run(file, [...first, ...named, ...args], { cwd: place, maxBuffer: 16e6 })).stdout
  const inside = (...args: string[]): Promise<string> => compose('exec', '-T', 'coordinator', 'windfall', ...args)
  const windfall = async <T>(...args: string[]): Promise<T> => JSON.parse((await inside(...args, '--json')).trim().split('\n').at(-1) ?? '') as T
  const jobUntil = (jobId: string, accept: (job: JobView) => boolean, what: string): Promise<JobView> =>
    until(() => windfall<JobView>('job', 'show', jobId), accept, { what: `${what} of job ${jobId}` })
  return {
    compose,
    windfall,
    version: async () => (await inside('--version')).trim(),
    submit: async (...size: readonly string[]) => {
      const args = ['job', 'submit', '--sample', 'wasm', ...size.flatMap((part) => ['--arg', part])]
      return (
        await until(
          () => windfall<JobView>(...args),
          () => true,
          { what: 'a machine that can take the job' },
        )
      ).jobId
    },
    start: (jobId: string) => jobUntil(jobId, ({ state }) => state === 'running', 'the start'),
    end: (jobId: string) => jobUntil(jobId, ({ state, receiptId }) => state === 'failed' || receiptId !== null, 'the receipt'),
  }
}

/** One after the other: a coordinator and its agent from the file, a job, an upgrade in the middle of a job, the way back, and an end that forgets nothing. */
export async function composeScenario(command: readonly string[], rpcUrl: string): Promise<void> {
  using folder = temporaryDirectory()
  const { place, say, giveBack } = await project(folder.path, rpcUrl)
  const { compose, windfall, version, submit, start, end } = operatorOf(command, place)
  try {
    await compose('up', '--detach')
    const jobs = [await submit('96', '72', '1')]
    expect(await end(jobs[0] ?? '')).toMatchObject({ state: 'completed' })

    const { version: own } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    for (const [tag, runs] of [
      [NEXT, NEXT_VERSION],
      [LOCAL, own],
    ] as const) {
      const underWay = await submit('800', '600', '2')
      jobs.push(underWay)
      await start(underWay)
      say({ WINDFALL_VERSION: tag })
      await compose('up', '--detach', '--no-deps', 'coordinator')
      expect(await version()).toBe(runs)
      expect(await end(underWay)).toMatchObject({ state: 'completed', attempts: [{ state: 'succeeded' }] })
    }

    await compose('stop')
    await compose('up', '--detach')
    const { items } = await until(
      () => windfall<{ items: JobView[] }>('job', 'list'),
      () => true,
      { what: 'the coordinator' },
    )
    expect(items.map(({ jobId, state }) => `${jobId} ${state}`).toSorted()).toEqual(jobs.map((jobId) => `${jobId} completed`).toSorted())
    expect(await windfall<Books>('ledger', 'check')).toMatchObject({ balanced: true, findings: [] })
  } finally {
    await compose('down', '--volumes', '--timeout', '60')
    await giveBack()
  }
}

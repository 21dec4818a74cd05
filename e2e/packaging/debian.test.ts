import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unitText } from '../../main/cli/systemd.ts'
import { freePort } from '../../main/kernel/free-port.fixture.ts'
import { skipFor } from '../../main/kernel/requirement.fixture.ts'
import type { JobView } from '../../shared/contract/job.ts'
import { type Service, startService, temporaryDirectory, until } from '../support/windfall.ts'
import { type OwnSystem, type RunningUnit, missingOwnSystem, openSystem } from './own-system.ts'

const run = promisify(execFile)
const missing = await missingOwnSystem()
const reason = missing === null ? null : skipFor('the Debian package', missing)

/** What hangs is ended; nothing that only is slow comes near. */
const PACKING_MS = 600_000
const AGENT = '/var/lib/windfall/agent'
const COORDINATOR = '/var/lib/windfall/coordinator'
const QUICK = { heartbeatMs: 1_000, leaseTtlMs: 10_000, payoutThresholdLamports: '0', microUsdPerSol: '1500000', anchorEveryMs: 2_000 }

/** The same package, one version on, as a release would bring. */
async function nextVersion(deb: string, folder: string): Promise<string> {
  const [tree, next] = [join(folder, 'next'), join(folder, 'windfall-next.deb')]
  await run('dpkg-deb', ['--raw-extract', deb, tree])
  await run('sed', ['-i', 's/^Version: .*/Version: 99.0.0/', join(tree, 'DEBIAN/control')])
  await run('sed', ['-i', 's/"version": "[^"]*"/"version": "99.0.0"/', join(tree, 'usr/lib/windfall/package.json')])
  await run('dpkg-deb', ['--build', '--root-owner-group', '-Znone', tree, next])
  return next
}

describe.skipIf(reason !== null)('the Debian package', () => {
  const scratch = temporaryDirectory()
  const packages = { first: '', next: '', tar: '' }
  let system: OwnSystem
  let running: RunningUnit[] = []
  let chain: Service<{ rpcUrl: string }> | null = null

  const windfall = async <T>(...args: string[]): Promise<T> =>
    JSON.parse((await system.run('windfall', ...args, '--json')).trim().split('\n').at(-1) ?? '') as T
  const start = async (): Promise<void> => {
    running = await Promise.all(['windfall-coordinator.service', 'windfall-agent.service'].map((unit) => system.start(unit)))
  }
  const stop = async (): Promise<void> => {
    for (const unit of running.toReversed()) expect(await unit.stop(), unit.output()).toBe(0)
    running = []
  }
  const write = (path: string, text: string) => system.run('sh', '-c', `printf '%s' "$1" > "$2"`, 'write', text, path)
  /** Submits a module and waits for its receipt. */
  const oneJob = async (): Promise<JobView> => {
    const { jobId } = await until(
      () => windfall<JobView>('job', 'submit', '--sample', 'wasm', '--arg', '96', '--arg', '72', '--arg', '1', '--data', COORDINATOR),
      () => true,
      { what: `a machine that can take the job; ${running.map(({ output }) => output()).join('\n')}` },
    )
    return until(
      () => windfall<JobView>('job', 'show', jobId, '--data', COORDINATOR),
      ({ state, receiptId }) => state === 'failed' || receiptId !== null,
      { what: `the job's receipt; ${running.map(({ output }) => output()).join('\n')}` },
    )
  }

  beforeAll(async () => {
    const made = JSON.parse((await run(process.execPath, ['main/cli/packaging/headless.ts', '--out', scratch.path, '--json'])).stdout) as {
      files: { file: string }[]
    }
    const [tar, deb] = made.files.map(({ file }) => file)
    Object.assign(packages, { tar, first: deb, next: await nextVersion(deb ?? '', scratch.path) })
    system = await openSystem()
  }, PACKING_MS)
  afterAll(async () => {
    for (const unit of running) await unit.stop()
    await system[Symbol.asyncDispose]()
    await chain?.stop()
    scratch[Symbol.dispose]()
  })

  test('installs: one program, two services that systemd understands and nobody has started, folders only their account may enter', async () => {
    await system.run('dpkg', '--install', await system.bring(packages.first))
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect((await system.run('windfall', '--version')).trim()).toBe(version)
    expect(
      await system.run('systemd-analyze', 'verify', '/usr/lib/systemd/system/windfall-agent.service', '/usr/lib/systemd/system/windfall-coordinator.service'),
    ).toBe('')
    expect(await system.run('stat', '-c', '%U %a', AGENT, COORDINATOR)).toBe('windfall 700\nwindfall 700\n')
    expect(
      await system.run(
        'find',
        '/usr/lib/windfall',
        '/usr/bin/windfall',
        '/etc/windfall',
        '(',
        '-not',
        '-user',
        'root',
        '-o',
        '-perm',
        '-o=w',
        '-not',
        '-type',
        'l',
        ')',
      ),
    ).toBe('')
    const { checks } = await windfall<{ checks: { code: string; verdict: string; text: string }[] }>('doctor')
    expect(checks.filter(({ code, verdict }) => code.startsWith('native-') && verdict !== 'ok')).toEqual([])
  })

  test('brings its manual, and completions for three shells, where those look', async () => {
    const page = await system.run('zcat', '/usr/share/man/man1/windfall-job-submit.1.gz')
    expect(page).toMatch(/^\.TH /m)
    // No name and no time in what is compressed, so that the same sources make the same package.
    const head = await system.run('od', '--address-radix=n', '--format=x1', '--read-bytes=8', '/usr/share/man/man1/windfall-job-submit.1.gz')
    expect(head.trim()).toBe('1f 8b 08 00 00 00 00 00')
    await system.run('bash', '-n', '/usr/share/bash-completion/completions/windfall')
    for (const file of ['zsh/vendor-completions/_windfall', 'fish/vendor_completions.d/windfall.fish'])
      expect(await system.run('cat', `/usr/share/${file}`)).toContain('windfall')
    expect(await system.run('cat', '/usr/lib/windfall/dist/console/index.html', '/usr/lib/windfall/dist/verify/verify.html')).toContain('<html')
  })

  test('its agent is locked in as the one that “windfall agent install” writes', async () => {
    const shipped = new Set((await system.run('cat', '/usr/lib/systemd/system/windfall-agent.service')).split('\n'))
    const spec = { scope: 'system', account: 'windfall', command: [], dataDirectory: AGENT, environment: {}, version: 250, ownView: true } as const
    const own = unitText(spec)
      .split('\n')
      .filter((line) => /^[A-Z]\w+=/.test(line) && !/^(?:ExecStart|Description|Environment)=/.test(line))
    expect(own.filter((line) => !shipped.has(line))).toEqual([])
  })

  test('a job goes all the way to a receipt, under the account of the services', async () => {
    chain = await startService<{ rpcUrl: string }>(['localnet', '--data', join(scratch.path, 'chain'), '--port', '0', '--slot-ms', '40'])
    const { rpcUrl } = chain.ready
    const port = await freePort()
    await write(`${COORDINATOR}/settings.json`, JSON.stringify({ coordinator: QUICK }))
    await write(`${AGENT}/settings.json`, JSON.stringify({ agent: { policy: { dedicated: true, allowBattery: true } } }))
    await system.run('chown', '-R', 'windfall:windfall', COORDINATOR, AGENT)
    await write('/etc/windfall/coordinator.env', `WINDFALL_OPTIONS="--port ${port} --no-live-grid --test-funds --rpc ${rpcUrl}"\n`)
    await write('/etc/windfall/agent.env', `WINDFALL_OPTIONS="--gate always --zone GB-13 --coordinator http://127.0.0.1:${port} --test-wallet ${rpcUrl}"\n`)
    await start()
    expect(await oneJob()).toMatchObject({ state: 'completed' })
  })

  test('an upgrade beside running services loses nothing, and neither does the way back', async () => {
    const before = await windfall<{ items: JobView[] }>('job', 'list', '--data', COORDINATOR)
    for (const deb of [packages.next, packages.first]) {
      await system.run('dpkg', '--install', '--force-downgrade', '--force-confold', await system.bring(deb))
      await stop()
      await start()
      const { items } = await until(
        () => windfall<{ items: JobView[] }>('job', 'list', '--data', COORDINATOR),
        () => true,
        { what: 'the coordinator' },
      )
      expect(items).toEqual(expect.arrayContaining([...before.items]))
      expect(await oneJob()).toMatchObject({ state: 'completed' })
    }
    await stop()
  })

  test('purging it leaves nothing behind', async () => {
    await system.run('dpkg', '--purge', 'windfall')
    expect(await system.run('sh', '-c', 'getent passwd windfall || true')).toBe('')
    const left = (await system.changes()).filter(
      (path) =>
        !/^\/var\/(?:lib\/dpkg|log)\/|^\/etc\/(?:passwd|shadow|group|gshadow|subuid|subgid)-?$|^\/etc\/\.pwd\.lock$|^\/run\/systemd\/|^\/root\/\.cache\/windfall\/|^\/var\/cache\/man\//.test(
          path,
        ),
    )
    expect(left).toEqual([])
  })
})

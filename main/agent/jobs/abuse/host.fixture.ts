import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'

/** Knobs through which a container has got out before; nobody turns them while tests run. */
const WATCHED = [
  '/etc/passwd',
  '/etc/shadow',
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/modprobe',
  '/proc/sys/kernel/sysrq',
  '/sys/kernel/uevent_helper',
  ...globSync('/sys/fs/cgroup/*/release_agent'),
]

export interface Host extends AsyncDisposable {
  /** Readable for everybody on this machine, so that only the sandbox is in the way. */
  readonly secretFile: string
  /** What is in it, and in an environment variable of this process. */
  readonly secret: string
  /** A process of this machine. */
  readonly victim: number
  /** Something listens here, on every address. */
  readonly port: number
  readonly addresses: readonly string[]
  /** What must be the same before and after. */
  readonly observe: () => unknown
}

const digest = (path: string): string => {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex')
  } catch {
    return 'not readable'
  }
}

function listen(server: Server, where: { readonly port: number } | { readonly path: string }): Promise<Server> {
  return new Promise((resolve, reject) => server.once('error', reject).listen(where, () => resolve(server)))
}

const keys = (): string => {
  try {
    return readFileSync('/proc/keys', 'utf8')
      .split('\n')
      .filter((line) => line.includes('windfall'))
      .join('\n')
  } catch {
    return ''
  }
}

const isAlive = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null

/** The difference of two clocks: it stays unless somebody sets one of them. */
const offset = (): number => Date.now() - performance.now()

/** This machine, with something on it that is worth stealing, calling, killing and bending. */
export async function createHost(): Promise<Host> {
  const directory = mkdtempSync(join(tmpdir(), 'wf-host-'))
  const secret = randomBytes(16).toString('hex')
  const secretFile = join(directory, 'secret')
  writeFileSync(secretFile, secret, { mode: 0o644 })
  process.env['AGENT_ABUSE_SECRET'] = secret
  let calls = 0
  const onCall = () => void (calls += 1)
  const tcp = await listen(createServer(onCall), { port: 0 })
  const local = process.platform === 'linux' ? await listen(createServer(onCall), { path: '\0windfall-abuse' }) : null
  const victim = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  const begun = offset()
  return {
    secretFile,
    secret,
    victim: victim.pid ?? 0,
    port: (tcp.address() as { readonly port: number }).port,
    addresses: Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
    observe: () => ({
      files: Object.fromEntries([...WATCHED, secretFile].map((path) => [path, digest(path)])),
      calls,
      keys: keys(),
      isVictimAlive: isAlive(victim),
      isClockSet: Math.abs(offset() - begun) > 30_000,
    }),
    [Symbol.asyncDispose]: async () => {
      delete process.env['AGENT_ABUSE_SECRET']
      victim.kill('SIGKILL')
      for (const server of [tcp, local]) await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)))
      rmSync(directory, { recursive: true })
    },
  }
}

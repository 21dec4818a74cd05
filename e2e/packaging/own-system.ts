/**
 * A system of its own to install into: this machine's files with a layer above them that takes every change and goes away with the test. Needs root, or
 * `sudo` that asks for nothing, and a kernel with overlay file systems.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const asRoot = (...command: string[]): string[] => (process.getuid?.() === 0 ? command : ['sudo', '-n', ...command])

/** What it changes is on a disk in memory. `/tmp` is the test's own, so that nothing of this machine's is in the way. */
const SETUP = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mount -t tmpfs tmpfs "$1/root/tmp"
chmod 1777 "$1/root/tmp"
echo ready
exec sleep infinity`

export interface OwnSystem extends AsyncDisposable {
  /** Runs a command in it as root to its end. Rejects unless it ends with 0. */
  readonly run: (...command: string[]) => Promise<string>
  /** Starts a service as its unit says, under the account it names. */
  readonly start: (unit: string) => Promise<RunningUnit>
  /** Puts a file of this machine into its `/tmp`. Returns its path there. */
  readonly bring: (file: string) => Promise<string>
  /** Every file that was made, changed or taken away since it began, as absolute paths, sorted. */
  readonly changes: () => Promise<readonly string[]>
}

export interface RunningUnit {
  readonly output: () => string
  /** SIGTERM, as systemd stops it; the exit code. */
  readonly stop: () => Promise<number | null>
}

/** Why no such system can be made here; `null` if one can. */
export async function missingOwnSystem(): Promise<string | null> {
  try {
    await run('dpkg-deb', ['--version'])
    await using system = await openSystem()
    await system.run('true')
    return null
  } catch (error) {
    return `it needs dpkg-deb, root and overlay file systems (${String(error).split('\n')[0]})`
  }
}

export async function openSystem(): Promise<OwnSystem> {
  const folder = mkdtempSync(join(tmpdir(), 'windfall-system-'))
  const [file = '', ...args] = asRoot('unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', SETUP, 'setup', folder)
  const holder = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = await firstLine(holder)
  if (said !== 'ready') throw new Error(said)
  // The shell that became `sleep` is the only child of unshare, and lives in the new namespaces.
  const inside = (await run('pgrep', ['-P', String(await unshareOf(holder))])).stdout.trim()
  const root = join(folder, 'root')
  const enter = (...command: string[]) => asRoot('nsenter', '--target', inside, '--mount', '--pid', 'chroot', root, ...command)
  const runHere = async (...command: string[]) => {
    const [program = '', ...rest] = enter(...command)
    return (await run(program, rest, { maxBuffer: 64e6, env: { PATH: process.env['PATH'], HOME: '/root' } })).stdout
  }
  return {
    run: runHere,
    start: async (unit) => startUnit(await runHere('cat', `/usr/lib/systemd/system/${unit}`), enter),
    bring: async (from) => {
      const place = join('/tmp', basename(from))
      const [program = '', ...rest] = asRoot('nsenter', '--target', inside, '--mount', 'sh', '-c', `cat > "${join(root, place)}"`)
      const copy = spawn(program, rest, { stdio: ['pipe', 'ignore', 'inherit'] })
      copy.stdin.end(readFileSync(from))
      await new Promise((resolve) => copy.on('close', resolve))
      return place
    },
    changes: async () => {
      const [program = '', ...rest] = asRoot('nsenter', '--target', inside, '--mount', 'find', join(folder, 'upper'), '-not', '-type', 'd', '-printf', '/%P\\n')
      return (await run(program, rest, { maxBuffer: 64e6 })).stdout.split('\n').filter(Boolean).toSorted()
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => holder.on('close', resolve))
      const [program = '', ...rest] = asRoot('kill', '-9', inside)
      await run(program, rest).catch(() => undefined)
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** With `sudo` in front, unshare is its child. */
async function unshareOf(holder: ChildProcess): Promise<number> {
  const pid = holder.pid ?? 0
  return process.getuid?.() === 0 ? pid : Number((await run('pgrep', ['-P', String(pid)])).stdout.trim())
}

function firstLine(child: ChildProcess): Promise<string> {
  let errors = ''
  child.stderr?.on('data', (text: Buffer) => (errors += text.toString()))
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim()))
    child.on('error', reject)
    child.on('close', () => resolve(errors.trim()))
  })
}

const valuesOf = (unit: string, key: string): readonly string[] => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value)

/** What systemd does with these lines of the unit: account, environment, command line with its variables, no new privileges. */
function startUnit(unit: string, enter: (...command: string[]) => string[]): Promise<RunningUnit> {
  const [user = 'root'] = valuesOf(unit, 'User')
  const [command = ''] = valuesOf(unit, 'ExecStart')
  const [settings = ''] = valuesOf(unit, 'EnvironmentFile')
  const environment = ['PATH=/usr/local/bin:/usr/bin:/bin', `HOME=/var/lib/${user}`, 'WINDFALL_OFFLINE=1', ...valuesOf(unit, 'Environment')]
  const script = `umask 0077; set -a; . "${settings.replace(/^-/, '')}"; set +a; exec ${command}`
  const [file = '', ...args] = enter(
    'setpriv',
    '--reuid',
    user,
    '--regid',
    user,
    '--init-groups',
    '--no-new-privs',
    'env',
    '-i',
    ...environment,
    'sh',
    '-c',
    script,
  )
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return Promise.resolve({
    output: () => output,
    stop: async () => {
      await run('pkill', ['-TERM', '-P', String(child.pid)]).catch(() => child.kill('SIGTERM'))
      return ended
    },
  })
}

import { existsSync, globSync, readFileSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { packageRoot } from '../kernel/paths.ts'
import { DatabaseLook } from './agent-database.store.ts'
import { type Check, type Examined, type Finding, fail, ok, single, skipped, warn } from './check.ts'
import { runNode } from './child-output.ts'

const ENOUGH_FILES = 1_024
const DAY_MS = 86_400_000

/** By the line of `/proc/self/limits`. Node raises the soft limit to the hard one by itself. */
export function judgeOpenFiles(limits: string): Finding {
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1]
  if (hard === undefined) return skipped('the system does not tell')
  if (hard === 'unlimited' || Number(hard) >= ENOUGH_FILES) return ok(`up to ${hard} files at once`)
  return warn(`only ${hard} files at once`, 'Raise it: LimitNOFILE=65536 in the service’s unit file, or ulimit -Hn 65536 in the shell.')
}

/** `f_type` of statfs(2) on Linux: file systems on which another machine may hold the file, and those whose content is gone at restart. */
const REMOTE: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x01021997: '9P',
  0x65735546: 'FUSE',
  0x5346414f: 'AFS',
  0x00c36400: 'Ceph',
  0x0bd00bd0: 'Lustre',
  0x47504653: 'GPFS',
  0x19830326: 'BeeGFS',
  0x786f4256: 'a VirtualBox shared folder',
}
const FLEETING: Readonly<Record<number, string>> = { 0x01021994: 'tmpfs', 0x858458f6: 'ramfs' }

/** SQLite needs a file system on which locks and shared memory work. https://sqlite.org/useovernet.html */
export function judgeFileSystem(type: number, platform: NodeJS.Platform, directory: string): Finding {
  const elsewhere = 'Choose a folder on a disk of this machine with --data, and move the files there while nothing runs.'
  if (platform === 'win32')
    return /^[\\/]{2}[^?.]/.test(directory) ? warn('on a network share: the database may be damaged there', elsewhere) : ok('a disk of this machine')
  if (platform !== 'linux') return skipped('the system does not tell')
  const magic = type >>> 0
  if (REMOTE[magic]) return warn(`on ${REMOTE[magic]}: the database may be damaged there`, elsewhere)
  if (FLEETING[magic]) return warn(`on ${FLEETING[magic]}: keys, proofs and earnings are gone when this machine restarts`, elsewhere)
  return ok(`a disk of this machine (file system 0x${magic.toString(16)})`)
}

export function judgeDatabase({ integrity, schema }: DatabaseLook, newest: number): Finding {
  if (integrity !== 'ok')
    return fail(`damaged: ${integrity}`, 'Stop the agent and restore agent.sqlite from a backup. Keep the damaged file: what is readable in it can be saved.')
  if (schema > newest)
    return fail(`written by a newer Windfall (schema ${schema}, this one knows ${newest})`, 'Update this Windfall, or use another data directory.')
  return ok(schema === newest ? `whole, schema ${schema}` : `whole, schema ${schema}; brought to ${newest} at the next start`)
}

export function judgeOutbox({ backlog, oldestAt }: DatabaseLook, now: number): Finding {
  if (backlog === 0) return ok('the coordinator has been told everything')
  const days = oldestAt === null ? 0 : (now - oldestAt) / DAY_MS
  const evidence = `${backlog} message${backlog === 1 ? '' : 's'} for the coordinator, the oldest ${days < 1 ? `${Math.max(0, Math.round(days * 24))} h` : `${Math.floor(days)} days`} old`
  return days < 1 ? ok(evidence) : warn(evidence, 'Nothing is lost: they are sent, in order, once the coordinator answers. See coordinator-reach.')
}

/** Number of the newest migration this Windfall knows, by the files' names. */
const newestSchema = (): number =>
  Math.max(0, ...globSync('main/agent/migrations/[0-9]*.ts', { cwd: packageRoot }).map((file) => Number.parseInt(/(\d+)-[^/\\]*$/.exec(file)?.[1] ?? '0', 10)))

async function openDatabase({ dataDirectory }: Examined, signal: AbortSignal): Promise<DatabaseLook | Finding> {
  const file = join(dataDirectory, 'agent.sqlite')
  if (!existsSync(file)) return skipped('no agent has run on this data directory yet')
  const end = await runNode([join(import.meta.dirname, 'database-child.ts'), file], signal)
  const answer: unknown = 'text' in end ? JSON.parse(end.text) : { error: end.problem }
  const look = DatabaseLook.safeParse(answer)
  if (look.success) return look.data
  const { error } = answer as { error?: unknown }
  return fail(
    `cannot be read: ${String(error)}`,
    'Stop the agent and restore agent.sqlite from a backup. Keep the damaged file: what is readable in it can be saved.',
  )
}

/** The look is made once for both checks about the database. */
const looks = new WeakMap<Examined, Promise<DatabaseLook | Finding>>()

const ofDatabase = (code: string, judge: (look: DatabaseLook, machine: Examined) => Finding): Check =>
  single(code, async (machine, signal) => {
    const asked = looks.get(machine) ?? openDatabase(machine, signal)
    looks.set(machine, asked)
    const look = await asked
    return 'verdict' in look ? look : judge(look, machine)
  })

const existing = (path: string): string => (existsSync(path) || dirname(path) === path ? path : existing(dirname(path)))

export const DATA_CHECKS: readonly Check[] = [
  single('open-files', ({ procRoot, platform }) =>
    platform === 'linux' ? judgeOpenFiles(readFileSync(join(procRoot, 'self/limits'), 'utf8')) : skipped('the system sees to it'),
  ),
  single('data-filesystem', ({ dataDirectory, platform }) => judgeFileSystem(statfsSync(existing(dataDirectory)).type, platform, dataDirectory)),
]

/** What lies in the agent's database, read by a Node of its own. */
export const DATABASE_CHECKS: readonly Check[] = [
  ofDatabase('database', (look) => judgeDatabase(look, newestSchema())),
  ofDatabase('outbox', (look, { clock }) => judgeOutbox(look, clock.now())),
]

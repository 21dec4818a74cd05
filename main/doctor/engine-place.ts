import { readFileSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { type Finding, fail, ok, single, skipped, warn } from './check.ts'
import type { EngineFigures, EngineLook, SilentEngine } from './engine-look.ts'

const HOST = 'unset DOCKER_HOST, or set it to where an engine listens, such as unix:///var/run/docker.sock'
const INSTALL = 'For container jobs install Docker (https://docs.docker.com/engine/install/) or Podman; WebAssembly jobs run without.'

/** `listed`: the user is in the socket's group, but this login session is older than that. */
export type Membership = 'listed' | 'not-listed'

/** Which engine jobs use, or what stands between this user and one. */
export function judgeSocket({ found, other, silent }: EngineLook, membership: (socketPath: string) => Membership): Finding {
  if (found) return ok(`${found.candidate.name} at ${found.candidate.url}`)
  const [first] = silent.filter(({ code }) => code !== 'ENOENT')
  if (other)
    return warn(
      `${first ? evidenceOf(first) : 'no engine where jobs look for one'}; but ${other.name} answers at ${other.url}`,
      `export DOCKER_HOST=${other.url}`,
    )
  if (silent.length === 0) return warn('DOCKER_HOST is no address that Windfall can use', HOST)
  if (!first && silent[0]?.candidate.name === 'DOCKER_HOST') return warn(`nothing is at ${silent[0].candidate.url}, where DOCKER_HOST points`, HOST)
  if (!first) return warn('no container engine is on this machine', INSTALL)
  return judgeSilence(first, membership)
}

const evidenceOf = (silent: SilentEngine): string => `${silent.candidate.name} at ${silent.candidate.url}: ${reasonOf(silent)}`

const reasonOf = ({ code, message }: SilentEngine): string =>
  code === 'EACCES' ? 'this user may not use it' : code === 'ECONNREFUSED' ? 'it does not run' : message

function judgeSilence(silent: SilentEngine, membership: (socketPath: string) => Membership): Finding {
  const { candidate, code } = silent
  const evidence = evidenceOf(silent)
  if (code === 'EACCES')
    return 'socketPath' in candidate.address && membership(candidate.address.socketPath) === 'listed'
      ? warn(`${evidence} yet: this session began before the user joined the socket’s group`, 'Log out and in again, then run windfall doctor again.')
      : warn(
          evidence,
          'sudo usermod -aG docker "$USER", then log in again. That group may do everything on this machine; rootless Docker or Podman needs none of it.',
        )
  if (code === 'ECONNREFUSED')
    return warn(evidence, 'Start it: sudo systemctl start docker (or open Docker Desktop; for Podman: systemctl --user start podman.socket)')
  return warn(evidence, 'Restart the container engine, then run windfall doctor again.')
}

/** By the group file, because the groups of this process are those of its login. */
export function membershipIn(groupFile: string, { gid, user }: { readonly gid: number; readonly user: string }): Membership {
  const members = groupFile
    .split('\n')
    .map((line) => line.split(':'))
    .find(([, , id]) => id === String(gid))?.[3]
  return (members ?? '').split(',').includes(user) ? 'listed' : 'not-listed'
}

function lookAtMembership(socketPath: string): Membership {
  try {
    return membershipIn(readFileSync('/etc/group', 'utf8'), { gid: statSync(socketPath).gid, user: userInfo().username })
  } catch {
    return 'not-listed'
  }
}

/** Docker 20.10; what the hardened container is written for. */
const OLDEST_API = [1, 41] as const
/** Docker before 23 gets no security fixes. */
const SUPPORTED_MAJOR = 23

export function judgeVersion({ apiVersion, info, isPodman }: EngineFigures): Finding {
  const evidence = `${isPodman ? 'Podman' : 'Docker'} ${info.ServerVersion}, API ${apiVersion}, ${info.OSType}/${info.Architecture}`
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number)
  if (info.OSType !== 'linux') return fail(evidence, 'Switch Docker Desktop to Linux containers (in its menu).')
  if (major < OLDEST_API[0] || (major === OLDEST_API[0] && minor < OLDEST_API[1]))
    return fail(evidence, `Update it: container jobs need API ${OLDEST_API.join('.')} or newer.`)
  if (isPodman) return warn(evidence, 'Container jobs have been tried less with Podman than with Docker. If one fails here, please report it.')
  if (Number.parseInt(info.ServerVersion, 10) < SUPPORTED_MAJOR)
    return warn(
      evidence,
      'This series gets no more security fixes from its makers. Update it, unless your distribution still repairs it: https://docs.docker.com/engine/install/',
    )
  return ok(evidence)
}

/** The finding about the engine that answers, or why there is none. */
export const ofEngine = (code: string, judge: (engine: EngineFigures, signal: AbortSignal) => Finding | Promise<Finding>) =>
  single(code, async ({ facts }, signal) => {
    const { found } = await facts.engine()
    return found ? judge(found, signal) : skipped('no container engine answers')
  })

export const ENGINE_PLACE_CHECKS = [
  single('docker-socket', async ({ facts }) => judgeSocket(await facts.engine(), lookAtMembership)),
  ofEngine('docker-version', judgeVersion),
]

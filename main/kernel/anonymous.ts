import { homedir, hostname, userInfo } from 'node:os'

export interface Names {
  readonly user: string
  readonly host: string
  readonly home: string
  readonly platform: NodeJS.Platform
}

/** They stand for nobody, and are words that a report needs. */
const COMMON = new Set([
  'root',
  'windfall',
  'node',
  'docker',
  'user',
  'admin',
  'ubuntu',
  'debian',
  'pi',
  'agent',
  'local',
  'localhost',
  'vm',
  'home',
  'linux',
  '',
])
const UUID = /\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi
/** Such as `/etc/machine-id`; longer ones are digests of content. */
const MACHINE_ID = /(?<![0-9a-f])([0-9a-f]{8})[0-9a-f]{24}(?![0-9a-f])/gi
const MAC_ADDRESS = /\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi
const SECRET = /(\w+:\/\/)[^\s/@]+@/g

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
/** Not inside a longer word, but also before a dot, as a host name is. */
const word = (text: string): RegExp => new RegExp(`(?<![\\w-])${literally(text)}(?![\\w-])`, 'gi')

/**
 * Takes out of a text what says whose machine it is, so that a report can be shown to others: home folder, user, host, passwords in
 * addresses, hardware addresses; of unique ids the first eight characters stay. Commands still work when they are pasted.
 */
export function withoutNames({ user, host, home, platform }: Names): (text: string) => string {
  const isWindows = platform === 'win32'
  const named = [
    [host, 'this-host'],
    [host.split('.')[0] ?? '', 'this-host'],
    [user, isWindows ? '%USERNAME%' : '$USER'],
  ] as const
  const replacements = named.filter(([name]) => name !== '' && !COMMON.has(name.toLowerCase())).map(([name, by]) => [word(name), by] as const)
  return (text) => {
    const homeless = home.length > 1 ? text.replaceAll(home, isWindows ? '%USERPROFILE%' : '$HOME') : text
    const plain = homeless.replaceAll(SECRET, '$1').replaceAll(UUID, '$1…').replaceAll(MACHINE_ID, '$1…').replaceAll(MAC_ADDRESS, '(hardware address)')
    return replacements.reduce((sofar, [pattern, by]) => sofar.replaceAll(pattern, () => by), plain)
  }
}

/** An account that is only a number, as in a container, has no name. */
function ownName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}

/** For this machine and user. */
export const withoutOurNames = (): ((text: string) => string) =>
  withoutNames({ user: ownName(), host: hostname(), home: homedir(), platform: process.platform })

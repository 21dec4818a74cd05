/** Which programs the owner counts as games, besides those found by where they are installed. Names of programs or parts of paths. */
export interface GameRules {
  readonly also: readonly string[]
  readonly never: readonly string[]
}

/** Folders in which launchers install games; the game's own folder follows. */
const LIBRARIES = [
  '/steamapps/common/',
  '/steamapps/compatdata/',
  '/epic games/',
  '/gog games/',
  '/gog galaxy/games/',
  '/xboxgames/',
  '/riot games/',
  '/games/heroic/',
  '/games/lutris/',
]

/** What else lives in these folders. */
const NO_GAMES = new Set(['launcher', 'epic online services', 'directxredist', 'riot client', 'steamworks shared', 'wallpaper_engine'])

/** Battle.net puts its games beside other programs, so they are known by name. */
const BATTLE_NET = [
  'call of duty',
  'diablo',
  'diablo iii',
  'diablo iv',
  'hearthstone',
  'heroes of the storm',
  'overwatch',
  'starcraft',
  'starcraft ii',
  'warcraft iii',
  'world of warcraft',
]

const MAX_NAME = 80
const unified = (path: string): string => path.replaceAll('\\', '/').toLowerCase()

/**
 * The game that a program's path belongs to, as the owner would name it; `null` if it is none. Paths of Linux and Windows, also those
 * that a program under Proton or Wine was started by.
 */
export function gameAt(path: string, { also, never }: GameRules): string | null {
  const plain = unified(path)
  if (never.some((entry) => isMeant(plain, entry))) return null
  const [own] = also.filter((entry) => isMeant(plain, entry))
  if (own !== undefined) return shown(own)
  if (/\/gamescope(-wl)?$/.test(plain)) return 'gamescope'
  return inLibrary(path, plain) ?? byBattleNet(path, plain)
}

function inLibrary(path: string, plain: string): string | null {
  const library = LIBRARIES.find((folder) => plain.includes(folder))
  if (library === undefined) return null
  const at = plain.indexOf(library) + library.length
  const name = plain.slice(at).split('/')[0] ?? ''
  return name === '' || NO_GAMES.has(name) ? null : shown(path.slice(at, at + name.length))
}

function byBattleNet(path: string, plain: string): string | null {
  const name = BATTLE_NET.find((game) => plain.includes(`/${game}/`))
  if (name === undefined) return null
  const at = plain.indexOf(`/${name}/`) + 1
  return path.slice(at, at + name.length)
}

/** An entry with a slash is part of a path, any other is the name of a program. */
function isMeant(plain: string, entry: string): boolean {
  const wanted = unified(entry.trim())
  if (wanted === '') return false
  return wanted.includes('/') ? plain.includes(wanted) : plain === wanted || plain.endsWith(`/${wanted}`)
}

const shown = (name: string): string => name.trim().slice(0, MAX_NAME)

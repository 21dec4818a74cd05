import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type GameRules, gameAt } from './games.ts'
import { createProcessSweep } from './process-sweep.ts'

const NO_RULES: GameRules = { also: [], never: [] }

test.each<[string, string | null]>([
  ['/home/ann/.steam/steam/steamapps/common/Hades II/Ship/Hades2.exe', 'Hades II'],
  ['/home/ann/.var/app/com.valvesoftware.Steam/data/Steam/steamapps/common/Factorio/bin/x64/factorio', 'Factorio'],
  [String.raw`C:\Program Files (x86)\Steam\steamapps\common\Counter-Strike Global Offensive\game\bin\win64\cs2.exe`, 'Counter-Strike Global Offensive'],
  [String.raw`Z:\home\ann\.steam\steam\steamapps\common\ELDEN RING\Game\eldenring.exe`, 'ELDEN RING'],
  [String.raw`D:\Epic Games\Fortnite\FortniteGame\Binaries\Win64\FortniteClient-Win64-Shipping.exe`, 'Fortnite'],
  [String.raw`C:\Program Files (x86)\Epic Games\Launcher\Portal\Binaries\Win64\EpicGamesLauncher.exe`, null],
  [String.raw`C:\GOG Games\The Witcher 3\bin\x64\witcher3.exe`, 'The Witcher 3'],
  [String.raw`C:\Program Files (x86)\GOG Galaxy\GalaxyClient.exe`, null],
  [String.raw`C:\XboxGames\Halo Infinite\Content\HaloInfinite.exe`, 'Halo Infinite'],
  [String.raw`C:\Riot Games\VALORANT\live\ShooterGame\Binaries\Win64\VALORANT-Win64-Shipping.exe`, 'VALORANT'],
  [String.raw`C:\Riot Games\Riot Client\RiotClientServices.exe`, null],
  [String.raw`C:\Program Files\Riot Vanguard\vgtray.exe`, null],
  [String.raw`C:\Program Files (x86)\World of Warcraft\_retail_\Wow.exe`, 'World of Warcraft'],
  [String.raw`C:\Program Files (x86)\Battle.net\Battle.net.exe`, null],
  ['/home/ann/.steam/steam/steamapps/compatdata/1245620/pfx/drive_c/game.exe', '1245620'],
  ['/home/ann/Games/Heroic/Celeste/Celeste', 'Celeste'],
  ['/home/ann/.steam/steam/steamapps/common/wallpaper_engine/wallpaper64.exe', null],
  ['/home/ann/.steam/steam/ubuntu12_32/steam', null],
  ['/usr/bin/gamescope', 'gamescope'],
  ['/usr/bin/firefox', null],
  ['/home/ann/steamapps/common/', null],
  ['', null],
])('%s', (path, game) => {
  expect(gameAt(path, NO_RULES)).toBe(game)
})

test.each<[string, Partial<GameRules>, string | null]>([
  ['/opt/minecraft-launcher/minecraft', { also: ['minecraft'] }, 'minecraft'],
  ['/opt/Minecraft-Launcher/java', { also: ['minecraft-launcher/'] }, 'minecraft-launcher/'],
  ['/opt/not-minecraft', { also: ['minecraft'] }, null],
  ['/x/steamapps/common/Idle Clicker/clicker', { never: ['clicker'] }, null],
  ['/x/steamapps/common/Idle Clicker/clicker', { also: ['clicker'], never: ['idle clicker/'] }, null],
  ['/usr/bin/firefox', { also: ['', '  '] }, null],
])('%s with %j', (path, rules, game) => {
  expect(gameAt(path, { ...NO_RULES, ...rules })).toBe(game)
})

const HADES = '/home/ann/steamapps/common/Hades/Hades'

function procWith(): { readonly root: string; readonly run: (pid: number, program: string | null, command?: string) => void } {
  const root = mkdtempSync(join(tmpdir(), 'proc-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const name of ['self', 'meminfo', '0', 'acpi']) mkdirSync(join(root, name))
  return {
    root,
    run(pid, program, command = '') {
      const folder = join(root, String(pid))
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
      if (program !== null) symlinkSync(program, join(folder, 'exe'))
      writeFileSync(join(folder, 'cmdline'), command)
    },
  }
}

test.each<[string, string | null, string, string[]]>([
  ['a game', HADES, '', ['Hades']],
  ['a browser', '/usr/bin/firefox', '/usr/bin/firefox\0https://example.org/steamapps/common/Hades/x\0', []],
  ['a thread of the kernel', null, '', []],
  ['a Windows game under Wine', '/usr/bin/wine64-preloader', `${String.raw`C:\GOG Games\Gwent\Gwent.exe`}\0-x\0`, ['Gwent']],
  ['Wine itself', '/usr/bin/wine64-preloader', 'C:\\windows\\system32\\services.exe\0', []],
  [
    'Proton, whose folder is beside the games',
    '/x/steamapps/common/Proton 9.0/files/bin/wine64-preloader',
    'Z:\\y\\steamapps\\common\\Celeste\\c.exe\0',
    ['Celeste'],
  ],
  ['somebody else’s game, whose link may not be read', null, `${HADES}\0`, ['Hades']],
  ['a game that was updated while it ran', `${HADES} (deleted)`, '', ['Hades']],
])('a process: %s', (_name, program, command, games) => {
  const proc = procWith()
  proc.run(40, '/usr/bin/init')
  proc.run(41, program, command)
  expect(createProcessSweep({ procRoot: proc.root, rules: () => NO_RULES, isOwn: () => false })()).toEqual({ value: games })
})

test('a game is gone when its process is; a launcher that becomes a game is seen; our own job is none', () => {
  const proc = procWith()
  const sweep = createProcessSweep({ procRoot: proc.root, rules: () => NO_RULES, isOwn: (pid) => pid === 77 })
  proc.run(77, HADES)
  proc.run(41, '/bin/sh')
  expect(sweep()).toEqual({ value: [] })
  proc.run(41, HADES)
  expect(sweep()).toEqual({ value: ['Hades'] })
  rmSync(join(proc.root, '41'), { recursive: true })
  expect(sweep()).toEqual({ value: [] })
})

test('a process of old standing that becomes a game is seen within sixteen looks', () => {
  const proc = procWith()
  proc.run(41, '/bin/sh')
  const sweep = createProcessSweep({ procRoot: proc.root, rules: () => NO_RULES, isOwn: () => false })
  for (let look = 0; look < 40; look++) sweep()
  unlinkSync(join(proc.root, '41/exe'))
  symlinkSync(HADES, join(proc.root, '41/exe'))
  const looks = Array.from({ length: 16 }, sweep)
  expect(looks).toContainEqual({ value: ['Hades'] })
})

test('new rules count at once', () => {
  const proc = procWith()
  proc.run(41, '/opt/thing')
  let rules = NO_RULES
  const sweep = createProcessSweep({ procRoot: proc.root, rules: () => rules, isOwn: () => false })
  for (let look = 0; look < 40; look++) sweep()
  rules = { also: ['thing'], never: [] }
  expect(sweep()).toEqual({ value: ['thing'] })
})

test('processes that cannot be listed are a failure', () => {
  expect(createProcessSweep({ procRoot: '/nowhere', rules: () => NO_RULES, isOwn: () => false })()).toBe('failed')
})

import { expect, test } from 'vitest'
import { ownerCommands } from '../../../shared/domain/owner-commands.ts'
import { PAUSED, aStatus } from '../../lib/fixtures.fake.ts'
import { routeOf } from '../../lib/router.ts'
import { type PaletteView, findCommands, paletteCommands } from './commands.ts'

const view = (changes: Partial<PaletteView> = {}): PaletteView => ({
  status: aStatus(),
  closed: false,
  preferences: { language: null, theme: 'system' },
  hasShell: true,
  updates: true,
  isMac: false,
  ...changes,
})
const labels = (typed: string, recent: readonly string[] = [], changes: Partial<PaletteView> = {}) =>
  findCommands(paletteCommands(view(changes)), typed, recent).map(({ label }) => label)

test('every command has an id of its own, and leads to a page that is there', () => {
  const commands = paletteCommands(view())
  expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length)
  const places = commands.flatMap(({ run }) => (run.do === 'go' ? [run.href] : []))
  expect(places.length).toBeGreaterThan(30)
  expect(places.filter((href) => routeOf(href) === null)).toEqual([])
})

test('it has the verbs that the tray has, in whatever state', () => {
  const paused = aStatus({ display: 'paused', reasons: [PAUSED] })
  for (const status of [aStatus(), paused, aStatus({ finishing: true }), aStatus({ policy: 'fault' }), aStatus({ job: null, mayRunAnyway: true })]) {
    const verbs = ownerCommands(status).flatMap(({ verb }) => ('do' in verb ? [verb] : verb.map((choice) => choice.verb)))
    expect(paletteCommands(view({ status })).flatMap(({ run }) => (run.do === 'verb' ? [run.verb] : []))).toEqual(verbs)
  }
})

test('what was typed finds by words, beginnings and sort', () => {
  expect(labels('pause')[0]).toBe('Pause: For 15 minutes')
  expect(labels('1 hour')[0]).toBe('Pause: For 1 hour')
  expect(labels('mains')).toContain('Only on mains power')
  expect(labels('page').slice(0, 2)).toEqual(['Home', 'Day report'])
  expect(labels('dark')).toEqual(['Theme: dark'])
  expect(labels('deutsch')).toEqual(['Language: Deutsch'])
  expect(labels('zzz')).toEqual([])
})

test('what was given last comes first, as far as it fits what was typed', () => {
  expect(labels('', ['page-grid', 'theme-dark']).slice(0, 3)).toEqual(['Grid', 'Theme: dark', 'Pause: For 15 minutes'])
  expect(labels('theme', ['theme-light'])[0]).toBe('Theme: light')
})

test('what would change nothing is not offered, and what cannot be done says why', () => {
  expect(labels('theme', [], { preferences: { language: 'fr', theme: 'dark' } })).toEqual(['Theme: like the system', 'Theme: light'])
  expect(labels('language', [], { preferences: { language: 'fr', theme: 'dark' } })).not.toContain('Language: Français')
  expect(labels('check for updates', [], { updates: false })).toEqual([])
  const closed = paletteCommands(view({ closed: true })).filter(({ run }) => run.do === 'verb')
  expect(new Set(closed.map(({ unavailable }) => unavailable))).toEqual(new Set(['Needs the agent, which does not answer.']))
  expect(paletteCommands(view({ status: null })).find(({ id }) => id === 'copy-status')?.unavailable).toContain('has not said yet')
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readPowerSupply } from './power-supply.ts'

type Supplies = Readonly<Record<string, Readonly<Record<string, string>>>>

function sysWith(supplies: Supplies): string {
  const root = mkdtempSync(join(tmpdir(), 'power-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, 'class/power_supply'), { recursive: true })
  for (const [name, files] of Object.entries(supplies)) {
    mkdirSync(join(root, 'class/power_supply', name))
    for (const [file, value] of Object.entries(files)) writeFileSync(join(root, 'class/power_supply', name, file), `${value}\n`)
  }
  return root
}

test.each<[string, Supplies, string]>([
  ['a desktop', {}, 'none'],
  ['a desktop with a wireless mouse', { hidpp: { type: 'Battery', scope: 'Device', status: 'Discharging' } }, 'none'],
  ['a laptop at its charger', { AC: { type: 'Mains', online: '1' }, BAT0: { type: 'Battery', status: 'Charging' } }, 'mains'],
  ['a laptop at a USB-C charger', { ucsi: { type: 'USB', online: '1' }, BAT0: { type: 'Battery', status: 'Not charging' } }, 'mains'],
  ['a full laptop without a charger that reports', { BAT0: { type: 'Battery', status: 'Full' } }, 'mains'],
  ['a laptop on its lap', { AC: { type: 'Mains', online: '0' }, BAT0: { type: 'Battery', status: 'Discharging' } }, 'battery'],
  ['two batteries, one in use', { BAT0: { type: 'Battery', status: 'Full' }, BAT1: { type: 'Battery', status: 'Discharging' } }, 'battery'],
  ['a battery that does not know', { BAT0: { type: 'Battery', status: 'Unknown' } }, 'unknown'],
  ['a battery that says nothing', { BAT0: { type: 'Battery' } }, 'unknown'],
])('%s', (_name, supplies, expected) => {
  expect(readPowerSupply(sysWith(supplies))).toBe(expected)
})

test('a system that shows no power supplies at all is unknown', () => {
  expect(readPowerSupply('/nowhere')).toBe('unknown')
})

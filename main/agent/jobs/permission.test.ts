import { expect, test } from 'vitest'
import { permissionFor } from './permission.ts'

const owner = { code: 'owner-present', message: 'You are using this machine.' }
const held = { code: 'ceiling', message: 'RTX 4070 is at 83 °C; your ceiling is 80 °C.' }
const carbon = { code: 'carbon', message: 'The grid is not green enough now.' }

test('a job may run when the machine is free and the gate is open', () => {
  expect(permissionFor({ reasons: [], held: null, closed: null })).toEqual({ granted: true })
})

test('what holds it back is named: the owner before the device, the device before the grid', () => {
  expect(permissionFor({ reasons: [owner], held, closed: carbon })).toEqual({ granted: false, ...owner })
  expect(permissionFor({ reasons: [], held, closed: carbon })).toEqual({ granted: false, ...held })
  expect(permissionFor({ reasons: [], held: null, closed: carbon })).toEqual({ granted: false, ...carbon })
})

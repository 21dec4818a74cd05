import { expect, test } from 'vitest'
import { permissionFor } from './permission.ts'

const owner = { code: 'owner-present', message: 'You are using this machine.' }
const carbon = { code: 'carbon', message: 'The grid is not green enough now.' }

test('a job may run when the machine is free and the gate is open', () => {
  expect(permissionFor({ reasons: [], closed: null })).toEqual({ granted: true })
})

test('what holds it back is named: the owner before the grid', () => {
  expect(permissionFor({ reasons: [owner], closed: carbon })).toEqual({ granted: false, ...owner })
  expect(permissionFor({ reasons: [], closed: carbon })).toEqual({ granted: false, ...carbon })
})

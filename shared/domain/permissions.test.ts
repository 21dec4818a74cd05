import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Grants, PERMISSIONS, type Permission, ROLES, type Reach, beyond, grantsOf, meet, rolesWith, rowsOf } from './permissions.ts'

const grants: fc.Arbitrary<Grants> = fc.dictionary(fc.constantFrom(...PERMISSIONS), fc.constantFrom<Reach>('own', 'all'), { maxKeys: 12 })

const may = (role: (typeof ROLES)[number], permission: Permission) => grantsOf([role])[permission] ?? null

test('a role does what is its own and no more', () => {
  expect(PERMISSIONS.map((permission) => may('owner', permission))).not.toContain(null)
  expect(ROLES.map((role) => may(role, 'members.write'))).toEqual(['all', null, null, null, null, null])
  expect(ROLES.map((role) => may(role, 'payouts.approve'))).toEqual(['all', null, 'all', null, null, null])
  expect(ROLES.map((role) => may(role, 'fleet.write'))).toEqual(['all', 'all', null, null, null, null])
  expect(ROLES.map((role) => may(role, 'receipts.read'))).toEqual(['all', 'all', 'all', 'own', 'all', 'own'])
  // What jobs are made of is nobody's but their owner's.
  expect(new Set(ROLES.map((role) => may(role, 'jobs.read')))).toEqual(new Set(['own']))
})

test('an auditor and a viewer change nothing but what is their own: their session, and what is kept about them', () => {
  for (const role of ['auditor', 'viewer'] as const) {
    const changes = Object.entries(grantsOf([role])).filter(([name]) => !name.endsWith('.read'))
    expect(new Set(changes.map(([, reach]) => reach)), role).toEqual(new Set(['own']))
    expect(['self.write', 'persons.write'], role).toEqual(expect.arrayContaining(changes.map(([name]) => name)))
  }
})

test('every permission is held by somebody, and a refusal can name who', () => {
  for (const permission of PERMISSIONS) expect(rolesWith(permission)[0], permission).toBe('owner')
})

test('what two sets of rights have in common is beyond neither, and together they are no more than both', () => {
  fc.assert(
    fc.property(grants, grants, (a, b) => {
      expect([beyond(a, meet(a, b)), beyond(b, meet(a, b))]).toEqual([null, null])
      expect(meet(a, b)).toEqual(meet(b, a))
      expect(meet(a, a)).toEqual(a)
      const more = beyond(a, b)
      if (more === null) expect(meet(a, b)).toEqual(b)
      else expect(meet(a, b)[more]).not.toBe(b[more])
    }),
    { numRuns: 300 },
  )
})

test('whose rows are shown: everybody’s, one’s own, or nobody’s for a person without an account', () => {
  expect([rowsOf({ account: 'ada', all: true }), rowsOf({ account: 'ada', all: false }), rowsOf({ account: null, all: false })]).toEqual([null, 'ada', ''])
})

import { expect, test } from 'vitest'
import { type Grants, type Role, grantsOf } from '../../../shared/domain/permissions.ts'
import type { Caller } from './parts.ts'
import { personHandlers } from './person-handlers.ts'

const done: string[] = []
const note = (what: string) => async (_: unknown, asked: unknown) => {
  done.push(what)
  return asked as never
}
const handlers = personHandlers({ persons: { export: note('export'), erase: note('erase'), cancel: note('cancel'), list: note('list') } })

const caller = (kind: 'key' | 'member', grants: Grants): Caller => ({
  kind,
  by: kind === 'key' ? 'acme' : 'member:eve',
  account: 'acme',
  credential: 'abcd1234',
  grants,
  reach: grants['persons.write'] ?? 'own',
})
const member = (role: Role) => caller('member', grantsOf([role]))

async function attempts(who: Caller, person: string): Promise<string[]> {
  done.length = 0
  const all = [
    () => handlers.exportPerson({ person, after: null }, who),
    () => handlers.erasePerson({ person }, who),
    () => handlers.cancelErasure({ person }, who),
  ]
  for (const attempt of all) await (async () => attempt())().catch((error: unknown) => expect(error).toMatchObject({ code: 'auth.refused' }))
  return [...done]
}

test('an account is taken along and erased by who may do everything in it, and by nobody who was given less', async () => {
  const all = ['export', 'erase', 'cancel']
  expect(await attempts(caller('key', grantsOf(['requester'])), 'me')).toEqual(all)
  expect(await attempts(member('requester'), 'requester:acme')).toEqual(all)
  expect(await attempts(member('viewer'), 'requester:acme')).toEqual(['export', 'cancel'])
  const limited = caller('key', { 'persons.read': 'own', 'persons.write': 'own', 'jobs.read': 'own' })
  for (const person of ['me', 'requester:acme']) expect(await attempts(limited, person)).toEqual(['cancel'])
})

test('everybody takes along and erases what is kept about themselves, and owners what is kept about anybody', async () => {
  expect(await attempts(member('viewer'), 'me')).toEqual(['export', 'erase', 'cancel'])
  expect(await attempts(member('owner'), 'requester:other')).toEqual(['export', 'erase', 'cancel'])
})

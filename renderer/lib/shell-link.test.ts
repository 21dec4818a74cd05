import { expect, test } from 'vitest'
import { createFakeShell } from '../../shared/contract/shell.fake.ts'
import { WindfallError, toProblem } from '../../shared/errors.ts'
import { type PreferencePlace, changePreferences, connectToShell, readPreferences } from './shell-link.ts'
import { recall, remember, withRecent } from './window-memory.ts'

function aStorage(text: string | null = null) {
  let kept = text
  return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) }
}
const closed = () => {
  throw new DOMException('The operation is insecure.', 'SecurityError')
}
const inBrowser = (storage: PreferencePlace['storage']): PreferencePlace => ({ shell: null, storage, languages: ['fr-CA', 'en'] })

test('a browser keeps language and theme for its address', async () => {
  const storage = aStorage()
  const place = inBrowser(() => storage)
  expect(await readPreferences(place)).toEqual({ language: null, preferred: ['fr-CA', 'en'], theme: 'system' })
  expect(await changePreferences({ theme: 'dark' }, place)).toMatchObject({ language: null, theme: 'dark' })
  await changePreferences({ language: 'de' }, place)
  expect(await readPreferences(place)).toEqual({ language: 'de', preferred: ['fr-CA', 'en'], theme: 'dark' })
})

test.each(['', 'null', '[]', '{"language":"tlh","theme":7}', '{'])('a browser that kept %j prefers nothing', async (text) => {
  expect(await readPreferences(inBrowser(() => aStorage(text)))).toMatchObject({ language: null, theme: 'system' })
})

test('a browser that keeps nothing is read as one that prefers nothing, and says so when something is to be kept', async () => {
  expect(await readPreferences(inBrowser(closed))).toMatchObject({ language: null, theme: 'system' })
  await expect(changePreferences({ theme: 'dark' }, inBrowser(closed))).rejects.toThrow('insecure')
})

test('a shell is asked instead, and one that does not answer leaves the browser’s languages', async () => {
  const shell = createFakeShell({ systemLanguages: ['de-AT'], theme: 'light' })
  const place = { ...inBrowser(closed), shell }
  expect(await readPreferences(place)).toEqual({ language: null, preferred: ['de-AT'], theme: 'light' })
  expect(await changePreferences({ language: 'fr' }, place)).toMatchObject({ language: 'fr', theme: 'light' })
  expect(shell.asked).toEqual([{ name: 'changeShell', input: { language: 'fr' } }])
  const broken = connectToShell({
    invoke: async () => ({ ok: false, problem: toProblem(new WindfallError('internal', 'The shell is gone.')) }),
    subscribe: () => () => {},
  })
  expect(await readPreferences({ ...place, shell: broken })).toEqual({ language: null, preferred: ['fr-CA', 'en'], theme: 'system' })
})

test('a page without a bridge has no shell', () => expect(connectToShell(undefined)).toBeNull())

test('the window remembers what it can', () => {
  const storage = aStorage('{"singleKeys":"no","recent":["a"]}')
  expect(recall(() => storage)).toEqual({ singleKeys: true, recent: ['a'], closingSeen: null })
  remember({ singleKeys: false }, () => storage)
  expect(recall(() => storage)).toEqual({ singleKeys: false, recent: ['a'], closingSeen: null })
  remember({ singleKeys: false }, closed)
  expect(recall(closed).singleKeys).toBe(true)
  expect(withRecent(['a', 'b', 'c', 'd', 'e', 'f'], 'c')).toEqual(['c', 'a', 'b', 'd', 'e', 'f'])
  expect(withRecent(['a', 'b', 'c', 'd', 'e', 'f'], 'g')).toEqual(['g', 'a', 'b', 'c', 'd', 'e'])
})

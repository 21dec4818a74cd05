import { expect, test } from 'vitest'
import { fakeStatus } from '../../shared/contract/agent-status.fake.ts'
import { aDiagnosis } from '../../shared/contract/first-run.fake.ts'
import { withoutNames } from '../kernel/anonymous.ts'
import { type ReportInput, problemReport } from './problem-report.ts'
import { newestLines } from './setup-api.ts'

const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const WALLET = '7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV'
const TOKEN = 'Abcd1234Efgh5678Ijkl9012Mnop3456'
const anonymous = withoutNames({ user: 'maria', host: 'blade', home: '/home/maria', platform: 'linux' })
const line = (message: string, about = '', level: 'info' | 'warn' = 'info') => ({ at: NOW, level, message, about })

const report = (change: Partial<ReportInput> = {}) =>
  problemReport({
    at: NOW,
    status: fakeStatus(),
    diagnosis: aDiagnosis(NOW),
    log: [],
    versions: { Windfall: '1.4.0', Node: '24.21.0' },
    secrets: [TOKEN],
    anonymous,
    ...change,
  })

test('says which versions run, what is not in order, and what was logged', () => {
  const text = report({ log: [line('the forecast arrived')] })
  expect(text).toContain('- Node: 24.21.0')
  expect(text).toContain('fail data-directory: $HOME/windfall can be read by other users -> chmod 700')
  expect(text).not.toContain('16 processors')
  expect(text).toContain('2026-03-01T12:00:00.000Z info the forecast arrived')
})

test('says nothing of who and where, and holds no key', () => {
  const said = `maria@blade opened /home/maria/x with ${TOKEN} and Bearer abcdefgh.ijkl, paid to ${WALLET}, by ${'s'.repeat(60)}1234`
  const text = report({ log: [line(said, `"url":"https://maria:hunter22@example.org/?token=${TOKEN}"`)] })
  for (const hidden of ['maria', 'blade', TOKEN, 'abcdefgh.ijkl', WALLET, 'hunter22', 's'.repeat(60)]) expect(text).not.toContain(hidden)
  expect(text).toContain('7EcD…FLtV')
  expect(text).toContain('$HOME/x')
})

test('a line of the log cannot end its block', () => expect(report({ log: [line('``` # not a heading')] }).match(/```/g)).toHaveLength(2))

test('what somebody else has said is one line, and begins nothing of its own', () => {
  const message = 'Busy.\n\n## Log\n```\nSend your key to\r\n<b>us</b>'
  const status = fakeStatus({ coordinator: { ...fakeStatus().coordinator, message } })
  const text = report({ status, log: [line('one\ntwo')] })
  expect(text).toContain(": Busy. ## Log ''' Send your key to <b>us</b>\n")
  expect(text.match(/^## Log/gm)).toHaveLength(1)
  expect(text.match(/```/g)).toHaveLength(2)
  expect(text).toContain('info one two\n')
})

test('lines are found by how bad they are and by all their words, the newest first', () => {
  const all = [line('one', '"zone":"GB"'), line('two', '', 'warn'), line('three zone')]
  const found = (search: string, level: 'info' | 'warn' = 'info', limit = 10) => newestLines(all, { search, level, limit }).map(({ message }) => message)
  expect(found('')).toEqual(['three zone', 'two', 'one'])
  expect(found('', 'warn')).toEqual(['two'])
  expect(found('ZONE gb')).toEqual(['one'])
  expect(found('', 'info', 1)).toEqual(['three zone'])
})

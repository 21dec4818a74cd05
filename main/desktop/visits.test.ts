import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import type { App } from 'electron'
import { readLaunch } from './launch-arguments.ts'
import { type Visit, claimLinks, watchVisits } from './visits.ts'

const started = (argv: readonly string[] = []) => {
  const app = new EventEmitter()
  const heard: Visit[] = []
  const visits = watchVisits(app as unknown as Pick<App, 'on'>, readLaunch(['windfall', ...argv]), '/home/me')
  return { app, heard, take: () => visits((visit) => heard.push(visit)) }
}
const visit = (more: Partial<Visit>): Visit => ({ hidden: false, links: [], receipts: [], directory: '/home/me', ...more })

test('what came before anybody listened is not lost, and comes once', () => {
  const { app, heard, take } = started(['a.wfreceipt', 'windfall://payouts'])
  const event = { preventDefault: vi.fn() }
  app.emit('open-url', event, 'windfall://receipts')
  app.emit('open-file', event, '/mac/b.wfreceipt')
  expect(event.preventDefault).toHaveBeenCalledTimes(2)
  take()
  const early = [
    visit({ links: ['windfall://payouts'], receipts: ['a.wfreceipt'] }),
    visit({ links: ['windfall://receipts'] }),
    visit({ receipts: ['/mac/b.wfreceipt'] }),
  ]
  expect(heard).toEqual(early)
  app.emit('activate')
  expect(heard).toEqual([...early, visit({})])
})

test('a second start brings its own directory, and may want no window', () => {
  const { app, heard, take } = started()
  take()
  app.emit('second-instance', {}, ['windfall', 'b.wfreceipt'], '/tmp')
  app.emit('second-instance', {}, ['windfall', '--hidden'], '/tmp')
  expect(heard).toMatchObject([
    { hidden: false, receipts: ['b.wfreceipt'], directory: '/tmp' },
    { hidden: true, receipts: [] },
  ])
})

test.each([true, false])('links are claimed by a program that is installed, and by no other: %s', (isPackaged) => {
  const setAsDefaultProtocolClient = vi.fn(() => true)
  claimLinks({ isPackaged, setAsDefaultProtocolClient }, 'windfall')
  expect(setAsDefaultProtocolClient).toHaveBeenCalledTimes(isPackaged ? 1 : 0)
})

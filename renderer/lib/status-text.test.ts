import { expect, test } from 'vitest'
import { NOW } from './afternoon.fake.ts'
import { CARBON, aStatus } from './fixtures.fake.ts'
import { atWork } from './jobs.fake.ts'
import { statusSpeech, statusText } from './status-text.ts'

test('who asks hears the state, what runs, what it draws and what today has brought', () => {
  const text = statusSpeech(aStatus({ running: [atWork({ name: 'Galaxy' })] }), NOW)
  expect(text).toMatch(/^Windfall: Earning\. Works on Galaxy\. Draws .*W\. \$0\.281 confirmed today, before electricity\.$/)
  expect(statusSpeech(aStatus({ running: [atWork(), atWork({ leaseId: 'b' })] }), NOW)).toContain('Works on 2 jobs.')
})

test('who waits hears why, and when work goes on', () => {
  const text = statusSpeech(aStatus({ display: 'waiting', job: null, running: [], power: null, reasons: [CARBON] }), NOW)
  expect(text).toContain(`Windfall: Waiting. ${CARBON.message}`)
  expect(text).toContain('Resumes')
})

test('the clipboard also has what somebody who helps would ask', () =>
  expect(statusText(aStatus(), NOW)).toMatch(/\nWindfall 0\.1\.0, zone .+\.\nDevices: .+\.$/))

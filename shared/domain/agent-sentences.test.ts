import { afterEach, expect, test } from 'vitest'
import de from '../i18n/de.json' with { type: 'json' }
import { speak } from '../i18n/translate.ts'
import { agentText, saidByAgent } from './agent-sentences.ts'

afterEach(() => speak('en', {}))

test('who reads English reads what the agent says', () => {
  expect(saidByAgent('The GPU is at 84 °C and has to cool down first. Zork.')).toEqual([
    { text: 'The GPU is at 84 °C and has to cool down first. Zork.', isForeign: false },
  ])
})

test('others read it in their language, with its figures and names', () => {
  speak('de', de)
  expect(agentText('The GPU is at 84 °C and has to cool down first.')).toBe('Die GPU hat 84 °C und muss erst abkühlen.')
  expect(agentText('Factorio and Steam are running.')).toBe('Factorio and Steam laufen.')
  expect(agentText('The grid is not green enough now. No green window is in sight.')).toBe(
    'Das Netz ist jetzt nicht grün genug. Kein grünes Zeitfenster ist in Sicht.',
  )
})

test('what nobody has translated stays English and is known to be', () => {
  speak('de', de)
  expect(saidByAgent('The deadline of this job has passed. Ask Ada.')).toEqual([
    { text: 'Die Frist dieses Jobs ist abgelaufen.', isForeign: false },
    { text: 'Ask Ada.', isForeign: true },
  ])
})

test('in what is longer than anything the agent says, nobody looks for sentences', () => {
  speak('de', de)
  const text = `This job would not earn more than its electricity costs: ≈ ${' (pay '.repeat(50_000)}${' − electricity '.repeat(50_000)}`
  expect(saidByAgent(text)).toEqual([{ text, isForeign: true }])
})

test('what stands in a place is never read as a message', () => {
  speak('de', de)
  expect(agentText('{count, plural} is using the GPU.')).toBe('{count, plural} benutzt die GPU.')
})

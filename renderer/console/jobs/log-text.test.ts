import { expect, test } from 'vitest'
import { createLogReader, seenText } from './log-text.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test('nothing in a log steers what shows it', () => {
  expect(seenText('\u001b[2Jgone\r\u0000\u202etxt.exe\u2028\u0085\u007f')).toBe('␛[2Jgone␍␀‹U+202E›txt.exe‹U+2028›‹U+0085›␡')
  expect(seenText('tab\there, 👩\u200d💻')).toBe('tab\there, 👩\u200d💻')
})

test('a letter that two pieces share, and a line without an end, come out whole', () => {
  const reader = createLogReader()
  const [first, second] = [bytes('Größe\r\nzwei').slice(0, 3), bytes('Größe\r\nzwei').slice(3)]
  reader.add({ from: 0, bytes: first })
  reader.add({ from: 3, bytes: second })
  expect(reader.lines().map(({ text }) => text)).toEqual(['Größe', 'zwei'])
})

test('what was not kept is said where it is missing', () => {
  const reader = createLogReader()
  reader.add({ from: 2_000, bytes: bytes('late\n') })
  reader.add({ from: 3_005, bytes: bytes('later') })
  expect(reader.lines()).toEqual([
    { text: '2,000 bytes were not kept', isGap: true },
    { text: 'late', isGap: false },
    { text: '1,000 bytes were not kept', isGap: true },
    { text: 'later', isGap: false },
  ])
})

test('a line that does not end is broken', () => {
  const reader = createLogReader()
  reader.add({ from: 0, bytes: bytes('x'.repeat(10_000)) })
  expect(reader.lines()).toHaveLength(3)
})

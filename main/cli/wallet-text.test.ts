import { stripVTControlCharacters } from 'node:util'
import { decodeQR } from 'qr/decode.js'
import { expect, test } from 'vitest'
import { qrLines } from './wallet-text.ts'

/** Eight by eight pixels for each half of a letter. */
function photographed(lines: readonly string[]): { readonly width: number; readonly height: number; readonly data: Uint8Array } {
  const letters = lines.map((line) => stripVTControlCharacters(line).split(''))
  const dark = letters.flatMap((row) => [row.map((letter) => '█▀'.includes(letter)), row.map((letter) => '█▄'.includes(letter))])
  const [width, height] = [(dark[0]?.length ?? 0) * 8, dark.length * 8]
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(dark[y >> 3]?.[x >> 3] ? [0, 0, 0, 255] : [255, 255, 255, 255], 4 * (y * width + x))
  return { width, height, data }
}

test.each([
  'https://coordinator.example/link/Ai5rcCsf4c72oDiIjVNBA_qcOP5W74kU',
  `solana:${'A'.repeat(44)}?amount=5&spl-token=${'B'.repeat(44)}&reference=${'C'.repeat(44)}&label=Windfall&message=Deposit%20of%20%245.00%20for%20jobs&memo=wf-deposit%3A01a2006c-358d-7793-8df7-4067b3b86a5f`,
])('what a camera reads from the terminal is %s', (text) => {
  const lines = qrLines(text, true)
  expect(decodeQR(photographed(lines))).toBe(text)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(100)
  // Without colours it is light on dark.
  const plain = qrLines(text, false)
  expect(plain.join('')).toMatch(/^[ ▀▄█]+$/)
  const { data, ...size } = photographed(plain)
  expect(decodeQR({ ...size, data: data.map((value, at) => (at % 4 === 3 ? value : 255 - value)) })).toBe(text)
})

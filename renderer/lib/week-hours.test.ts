import { expect, test } from 'vitest'
import { WEEKDAYS, distinctStretches, stretchText } from './week-hours.ts'

test('a stretch of the week reads as people say it', () => {
  const [monday = '', , , , friday = '', saturday = '', sunday = ''] = WEEKDAYS.map(({ name }) => name)
  expect(stretchText({ days: [1, 2, 3, 4, 5, 6, 7], from: '22:00', to: '07:00' })).toBe('every day, 22:00 to 07:00')
  expect(stretchText({ days: [5, 1, 3, 2, 4], from: '09:00', to: '17:00' })).toBe(`${monday}–${friday}, 09:00 to 17:00`)
  expect(stretchText({ days: [7, 6], from: '00:00', to: '00:00' })).toBe(`${saturday}, ${sunday}, all day`)
})

test('the same hours of the same days are one stretch, in whichever order its days are written', () => {
  const night = { days: [1, 2], from: '22:00', to: '07:00' }
  const later = { ...night, to: '08:00' }
  expect(distinctStretches([night, later, { ...night, days: [2, 1] }])).toEqual([night, later])
})

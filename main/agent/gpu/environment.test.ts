import { expect, test } from 'vitest'
import { nvidiaEnvironment, passedOn, variable, windowsEnvironment } from './environment.ts'

const WINDOWS = { Path: 'C:\\bin', SYSTEMROOT: 'C:\\Windows', windir: 'C:\\Windows', WINDFALL_TOKEN: 'secret', TEMP: undefined }

test('a child gets what it needs, however Windows writes its name, and nothing else', () => {
  const { Path, SYSTEMROOT, windir } = WINDOWS
  expect(windowsEnvironment(WINDOWS)).toEqual({ Path, SYSTEMROOT, windir })
  expect(nvidiaEnvironment(WINDOWS)).toEqual({ Path, SYSTEMROOT })
  expect(passedOn(WINDOWS, [])).toEqual({})
  expect([variable(WINDOWS, 'PATH'), variable(WINDOWS, 'HOME')]).toEqual([Path, undefined])
})

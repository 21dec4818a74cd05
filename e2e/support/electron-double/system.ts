import { EventEmitter } from 'node:events'
import { record } from './effects.ts'
import { strict } from './strict.ts'

/** Answers with the first button; a spec replaces the function to answer otherwise. */
export const dialog = strict('dialog', {
  showMessageBox: async (
    _window: unknown,
    options: { message: string; buttons?: readonly string[] },
  ): Promise<{ response: number; checkboxChecked: boolean }> => {
    record('dialog.showMessageBox', { message: options.message, buttons: options.buttons ?? [] })
    return { response: 0, checkboxChecked: false }
  },
  showErrorBox: (title: string, content: string): void => record('dialog.showErrorBox', { title, content }),
})

export const shell = strict('shell', {
  openExternal: async (url: string): Promise<void> => record('shell.openExternal', url),
  openPath: async (path: string): Promise<string> => {
    record('shell.openPath', path)
    return ''
  },
})

class NativeTheme extends EventEmitter {
  #source: 'system' | 'light' | 'dark' = 'system'
  get themeSource(): 'system' | 'light' | 'dark' {
    return this.#source
  }
  set themeSource(source) {
    this.#source = source
    this.emit('updated')
  }
  get shouldUseDarkColors(): boolean {
    return this.#source === 'dark'
  }
  readonly shouldUseDarkColorsForSystemIntegratedUI = false
}
export const nativeTheme = strict('nativeTheme', new NativeTheme())

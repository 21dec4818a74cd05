/**
 * The part of Electron's main-process API that the shell uses, without Electron. `import … from 'electron'` resolves to this
 * module in the forked application; windows are pages of a browser that the test process owns.
 */
import { app } from './app.ts'
import { BrowserWindow } from './browser-window.ts'
import { effects, trays } from './effects.ts'
import { ipcMain } from './ipc-main.ts'
import { Menu, MenuItem } from './menu.ts'
import { Notification, shown } from './notification.ts'
import { powerMonitor } from './power-monitor.ts'
import { powerSaveBlocker } from './power-save-blocker.ts'
import { safeStorage } from './safe-storage.ts'
import { screen } from './screen.ts'
import { permissionsFor, protocol, session } from './session.ts'
import { dialog, nativeTheme, shell } from './system.ts'
import { Tray, nativeImage } from './tray.ts'
import { utilityProcess } from './utility-process.ts'

/** Only the double has this: what a spec may look at beyond Electron's own API. */
export const electronDouble = { effects, trays, shown, permissionsFor }

export {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  MenuItem,
  nativeImage,
  nativeTheme,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
}

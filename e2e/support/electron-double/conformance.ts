/**
 * Compile-time guard: every public member of the double exists in `electron.d.ts`, and is a function where Electron's is one.
 * A method that Electron renames or drops fails the type check here.
 */
import type * as Real from 'electron'
import type * as Double from './electron.ts'

type Extra<D, R> = Exclude<keyof D & string, keyof R>
type SameKind<D, R> = {
  [K in keyof D & keyof R & string]: R[K] extends (...args: never) => unknown ? (D[K] extends (...args: never) => unknown ? never : K) : never
}[keyof D & keyof R & string]
type Conforms<D, R> = [Extra<D, R>] extends [never]
  ? [SameKind<D, R>] extends [never]
    ? true
    : { notAFunction: SameKind<D, R> }
  : { notInElectron: Extra<D, R> }

export const conformance: {
  app: Conforms<typeof Double.app, Real.App>
  browserWindow: Conforms<InstanceType<typeof Double.BrowserWindow>, Real.BrowserWindow>
  browserWindows: Conforms<Omit<typeof Double.BrowserWindow, 'prototype'>, typeof Real.BrowserWindow>
  webContents: Conforms<InstanceType<typeof Double.BrowserWindow>['webContents'], Real.WebContents>
  dialog: Conforms<typeof Double.dialog, Real.Dialog>
  ipcMain: Conforms<typeof Double.ipcMain, Real.IpcMain>
  menu: Conforms<InstanceType<typeof Double.Menu>, Real.Menu>
  menus: Conforms<Omit<typeof Double.Menu, 'prototype'>, typeof Real.Menu>
  menuItem: Conforms<InstanceType<typeof Double.MenuItem>, Real.MenuItem>
  nativeImage: Conforms<ReturnType<typeof Double.nativeImage.createFromPath>, Real.NativeImage>
  nativeTheme: Conforms<typeof Double.nativeTheme, Real.NativeTheme>
  notification: Conforms<InstanceType<typeof Double.Notification>, Real.Notification>
  notifications: Conforms<Omit<typeof Double.Notification, 'prototype'>, typeof Real.Notification>
  powerMonitor: Conforms<typeof Double.powerMonitor, Real.PowerMonitor>
  powerSaveBlocker: Conforms<typeof Double.powerSaveBlocker, Real.PowerSaveBlocker>
  protocol: Conforms<typeof Double.protocol, Real.Protocol>
  safeStorage: Conforms<typeof Double.safeStorage, Real.SafeStorage>
  screen: Conforms<typeof Double.screen, Real.Screen>
  session: Conforms<typeof Double.session.defaultSession, Real.Session>
  shell: Conforms<typeof Double.shell, Real.Shell>
  tray: Conforms<InstanceType<typeof Double.Tray>, Real.Tray>
  utilityProcess: Conforms<ReturnType<typeof Double.utilityProcess.fork>, Real.UtilityProcess>
  utilityProcesses: Conforms<typeof Double.utilityProcess, typeof Real.utilityProcess>
} = {
  app: true,
  browserWindow: true,
  browserWindows: true,
  webContents: true,
  dialog: true,
  ipcMain: true,
  menu: true,
  menus: true,
  menuItem: true,
  nativeImage: true,
  nativeTheme: true,
  notification: true,
  notifications: true,
  powerMonitor: true,
  powerSaveBlocker: true,
  protocol: true,
  safeStorage: true,
  screen: true,
  session: true,
  shell: true,
  tray: true,
  utilityProcess: true,
  utilityProcesses: true,
}

import { EventEmitter } from 'node:events'
import { isReady } from './app.ts'
import { strict } from './strict.ts'

/** Specs emit its events, and replace the function to be away from the keyboard. */
class PowerMonitor extends EventEmitter {
  getSystemIdleTime(): number {
    if (!isReady()) throw new Error('powerMonitor cannot be used before app is ready')
    return 0
  }
  isOnBatteryPower(): boolean {
    return false
  }
}
export const powerMonitor = strict('powerMonitor', new PowerMonitor())

import type { Device } from '../../../shared/contract/device.ts'
import { hasDriver } from '../../lib/device-text.ts'
import { formatMemory, formatUncertainty, formatWatts } from '../../lib/format.ts'
import { CopyId } from '../../ui/copy-id.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Moment } from '../../ui/relative-time.tsx'
import { useNow } from '../hooks.ts'

/** What a support thread would ask for. */
export const DeviceDetails = ({ device }: { device: Device }) => (
  <Disclosure name={`device ${device.deviceId}`} summary="Details">
    {() => <DetailFacts device={device} />}
  </Disclosure>
)

function DetailFacts({ device: { reader, driver, busId, deviceId, vramBytes, powerLimitW, instances, at, sensor } }: { device: Device }) {
  const now = useNow()
  return (
    <Facts
      rows={{
        'Read by': reader,
        'Last reading': at === null ? 'None yet' : <Moment at={at} now={now} />,
        Uncertainty: `${formatUncertainty(sensor.uncertaintyPct)} (k = 2): ${sensor.basis}`,
        Driver: hasDriver(driver) ? driver : null,
        'PCI address': busId,
        'Power limit': powerLimitW === null ? 'Not known' : formatWatts(powerLimitW),
        Memory: vramBytes === null ? null : formatMemory(vramBytes),
        'MIG instances': instances,
        'Device id': (
          <>
            <CopyId value={deviceId} what="device id" /> <small>a hash; the hardware’s own id never leaves this computer</small>
          </>
        ),
      }}
    />
  )
}

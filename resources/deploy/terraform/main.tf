# What a new Debian machine of any provider does on its first start to become a coordinator. It creates nothing itself: hand “user_data” to your machine.
terraform {
  required_version = ">= 1.3"
}

locals {
  environment = merge(
    {
      WINDFALL_COORDINATOR_HOST = var.listen_host
      WINDFALL_RPC_URL_FILE     = "/etc/windfall/rpc-url"
      WINDFALL_OPTIONS          = "--port ${var.port}"
    },
    var.public_url == "" ? {} : { WINDFALL_COORDINATOR_PUBLIC_URL = var.public_url },
    var.settings,
  )
  # Before the package is there, nobody owns its folders: what it makes is mounted over.
  disk = var.data_device == "" ? [] : [
    "blkid ${var.data_device} || mkfs.ext4 -q ${var.data_device}",
    "mkdir -p /var/lib/windfall",
    "grep -q ' /var/lib/windfall ' /etc/fstab || echo '${var.data_device} /var/lib/windfall ext4 defaults,nofail,nodev,nosuid 0 2' >> /etc/fstab",
    "mountpoint -q /var/lib/windfall || mount /var/lib/windfall",
  ]
  commands = concat(["set -eu"], local.disk, [
    "curl --fail --silent --show-error --location --proto '=https' --retry 5 --output /root/windfall.deb '${var.package_url}'",
    "echo '${var.package_sha256}  /root/windfall.deb' | sha256sum --check --quiet",
    "dpkg --install --force-confold /root/windfall.deb",
    "chown windfall:windfall /etc/windfall/rpc-url",
    "systemctl enable --now windfall-coordinator",
  ])
  cloud_config = {
    package_update = true
    packages       = ["ca-certificates", "curl"]
    write_files = [
      {
        path        = "/etc/windfall/coordinator.env"
        permissions = "0644"
        content     = join("", [for name in sort(keys(local.environment)) : "${name}=\"${local.environment[name]}\"\n"])
      },
      {
        path        = "/etc/windfall/rpc-url"
        permissions = "0600"
        content     = "${var.rpc_url}\n"
      },
    ]
    # One script, which ends at the first command that fails.
    runcmd = [join("\n", local.commands)]
  }
}

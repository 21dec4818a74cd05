variable "package_url" {
  description = "Where the machine fetches windfall_VERSION_ARCH.deb from; https, as “npm run package:headless” made it."
  type        = string
  validation {
    condition     = can(regex("^https://[^\\s'\"]+\\.deb$", var.package_url))
    error_message = "The address of the package starts with https:// and ends in .deb."
  }
}

variable "package_sha256" {
  description = "What that file hashes to, as “npm run package:headless” says; anything else is not installed."
  type        = string
  validation {
    condition     = can(regex("^[0-9a-f]{64}$", var.package_sha256))
    error_message = "SHA-256 is 64 characters of 0-9 and a-f."
  }
}

variable "rpc_url" {
  description = "Solana JSON-RPC endpoints, separated by commas. It reaches the machine in its user data, and Terraform's state: keep both to yourself."
  type        = string
  sensitive   = true
  validation {
    condition     = can(regex("^https?://[^\\s'\"]+$", var.rpc_url))
    error_message = "An endpoint is an http or https address without spaces and quotes."
  }
}

variable "public_url" {
  description = "Where browsers and agents find the coordinator, such as https://windfall.example; empty where only this machine does."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^$|^https://[A-Za-z0-9.-]+(:[0-9]+)?$", var.public_url))
    error_message = "The address is https://NAME or https://NAME:PORT."
  }
}

variable "listen_host" {
  description = "The address to listen on. Anything but this machine belongs behind TLS: a proxy in front, or the WINDFALL_TLS_… settings."
  type        = string
  default     = "127.0.0.1"
  validation {
    condition     = can(regex("^[0-9A-Fa-f.:]+$", var.listen_host))
    error_message = "The address to listen on is an IP address."
  }
}

variable "port" {
  description = "The port to listen on."
  type        = number
  default     = 7465
  validation {
    condition     = var.port >= 1 && var.port <= 65535 && floor(var.port) == var.port
    error_message = "A port is a whole number from 1 to 65535."
  }
}

variable "settings" {
  description = "Further settings that are no secrets, by the names that “windfall coordinator run --help” gives them, such as { WINDFALL_ENROLMENT = \"token\" }."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for name, value in var.settings : can(regex("^WINDFALL_[A-Z0-9_]+$", name)) && can(regex("^[^\\n'\"\\\\$`]*$", value))])
    error_message = "A setting is named WINDFALL_… and its value has no quotes, backslashes, dollar signs or line ends."
  }
}

variable "data_device" {
  description = "A block device for the books and keys, such as /dev/disk/by-id/scsi-0HC_Volume_1, so that they outlive the machine; empty keeps them on its own disk."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^$|^/dev/[A-Za-z0-9/_.:-]+$", var.data_device))
    error_message = "A device is a path below /dev."
  }
}

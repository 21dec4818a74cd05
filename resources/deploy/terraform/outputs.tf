output "user_data" {
  description = "Cloud-init user data for the machine that becomes the coordinator."
  value       = "#cloud-config\n${yamlencode(local.cloud_config)}"
  sensitive   = true
}

output "url" {
  description = "Where the coordinator is reached."
  value       = var.public_url == "" ? "http://${var.listen_host}:${var.port}" : var.public_url
}

# One study shared out over a Nomad cluster: a batch job with one allocation a shard.
#
#   nomad job run scenarios/clusters/nomad.hcl
#   nomad job status wssim                 # until all are complete; then, on any client:
#   docker run --rm --volume /srv/wssim:/study/out --workdir /study wssim wssim merge out/parts
#
# To change: the image; the study, the words of `args`; how many shards; cores; the datacenters; the folder.

variable "shards" {
  type    = number
  default = 4
}

# A folder that every client mounts under this path, and that user 10001, that of the image, may write into. The Docker
# driver must allow it: `volumes { enabled = true }`.
variable "folder" {
  type    = string
  default = "/srv/wssim"
}

job "wssim" {
  datacenters = ["*"]

  # Runs until all allocations are complete. In a `sysbatch` job each would be told that it is number 0.
  type = "batch"

  # Two shards on one client share its cores.
  spread {
    attribute = "${node.unique.id}"
  }

  group "shard" {
    # Each is told its number, from 0, in NOMAD_ALLOC_INDEX, and none how many there are: `auto/N` below.
    count = var.shards

    # First on the same client, then on others. The number stays, so a shard goes on where it stopped.
    restart {
      attempts = 2
      interval = "30m"
      delay    = "15s"
      mode     = "fail"
    }

    reschedule {
      attempts  = 5
      interval  = "24h"
      unlimited = false
    }

    task "wssim" {
      driver = "docker"

      config {
        image   = "wssim"
        command = "wssim"
        args = [
          "run", "after", "--replications", "400", "--ranges", "off",
          "--shard", "auto/${var.shards}", "--out", "out/parts", "--threads", "4",
        ]
        work_dir = "/study"
        volumes  = ["${var.folder}:/study/out"]
      }

      # `cores` are the shard's alone; as many as it has threads.
      resources {
        cores  = 4
        memory = 2048
      }
    }
  }
}

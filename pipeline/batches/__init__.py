"""Many documents: every input has an outcome, nothing is lost, nothing stops the rest.

`batch` runs a folder on this machine, `cluster` on many, `watch` as files arrive; `schedule` holds the order of
work, `workers` the processes, `store` the ledger.
"""

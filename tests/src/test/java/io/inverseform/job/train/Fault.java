package io.inverseform.job.train;

/** What can befall a training. */
enum Fault {
  EXECUTOR_KILLED,
  /** And the newest checkpoint is damaged before the training goes on. */
  DRIVER_KILLED,
  CONNECTIONS_CUT,
  DISK_FULL,
  EXECUTOR_TERMINATED,
  DRIVER_TERMINATED,
  WORKER_DAEMON_KILLED,
  STORE_FAILS,
  EXECUTOR_STOPPED,
  MASTER_KILLED
}

package io.inverseform.job.train;

/**
 * What can befall a training. The first four befall one in every build; {@link RecoveryTest} has
 * tests of its own of killed and of stopped executors.
 */
enum Fault {
  /** And the newest checkpoint is damaged before the training goes on. */
  DRIVER_KILLED,
  CONNECTIONS_CUT,
  DISK_FULL,
  EXECUTOR_TERMINATED,
  STORE_FAILS,
  EXECUTOR_KILLED,
  EXECUTOR_STOPPED,
  DRIVER_TERMINATED,
  WORKER_DAEMON_KILLED,
  MASTER_KILLED
}

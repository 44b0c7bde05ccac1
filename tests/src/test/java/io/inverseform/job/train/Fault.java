package io.inverseform.job.train;

/**
 * What can befall a training. The first four befall one in every build; {@link RecoveryTest} has
 * tests of its own of killed and of stopped executors.
 */
enum Fault {
  /** And the newest checkpoint is damaged before the training goes on. */
  DRIVER_KILLED,
  CONNECTIONS_CUT,
  STORE_FAILS,
  DISK_FULL,
  EXECUTOR_KILLED,
  EXECUTOR_STOPPED,
  EXECUTOR_TERMINATED,
  DRIVER_TERMINATED,
  WORKER_DAEMON_KILLED,
  MASTER_KILLED
}

package io.inverseform.job.train;

/** What ended a training before its last step, in order and with a checkpoint. */
public enum StopCause {
  /** A file of that name in the run folder. */
  FILE("the file '" + RunFolder.STOP + "'", 0),
  /** The signal that asks the driver's process to end. */
  SIGTERM("SIGTERM", 128 + 15);

  private final String words;
  private final int exitCode;

  StopCause(String words, int exitCode) {
    this.words = words;
    this.exitCode = exitCode;
  }

  /** What a command ends with; a shell's convention for a process that a signal has ended. */
  public int exitCode() {
    return exitCode;
  }

  @Override
  public String toString() {
    return words;
  }
}

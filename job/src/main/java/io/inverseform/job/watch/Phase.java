package io.inverseform.job.watch;

import java.util.Locale;

/** What a rank does at a moment of a step. */
public enum Phase {
  /** Waits for examples. */
  DATA,
  FORWARD,
  BACKWARD,
  /** Sends, sums and waits for peers, where that is not hidden beneath another phase. */
  EXCHANGE,
  UPDATE;

  /** Its name in small letters. */
  final String label = name().toLowerCase(Locale.ROOT);
}
